"""The settings of the views as controls: labels, limits, options, and what each does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from kws_core.audio.waveform import SAMPLE_RATE


@dataclass(frozen=True)
class NumberSetting:
    """A setting that is a number from `low` to `high`; step: of the control, in `unit`."""

    label: str
    low: float
    high: float
    unit: str = ""
    step: float = 1
    format: str = "%d"
    help: str = ""

    @property
    def limits(self) -> str:
        """Return the limits as people write them."""
        unit = f" {self.unit}" if self.unit else ""
        return f"from {self.low:g} to {self.high:g}{unit}"


@dataclass(frozen=True)
class ChoiceSetting:
    """A setting with a list of values."""

    label: str
    options: tuple[Any, ...]
    help: str | None = None


NUMBERS: Final = {
    "win_length": NumberSetting(
        "win_length", 32, 4096, "samples", 16, help="Window length; 16 samples are 1 ms."
    ),
    "hop_length": NumberSetting(
        "hop_length", 16, 4096, "samples", 16, help="Step between frames; 160 samples are 10 ms."
    ),
    "pre_emphasis": NumberSetting(
        "pre-emphasis",
        0.0,
        0.99,
        step=0.01,
        format="%.2f",
        help="Raises high frequencies: a in y[n] = x[n] − a x[n−1]. 0 is off, 0.97 is usual.",
    ),
    "n_mels": NumberSetting(
        "n_mels", 1, 256, help="Number of mel bands. Each needs at least one FFT bin."
    ),
    "f_min": NumberSetting(
        "f_min, Hz", 0.0, SAMPLE_RATE / 2, "Hz", 50.0, "%.0f", "Lower end of the mel bands."
    ),
    "f_max": NumberSetting(
        "f_max, Hz", 0.0, SAMPLE_RATE / 2, "Hz", 50.0, "%.0f", "Upper end of the mel bands."
    ),
    "n_mfcc": NumberSetting(
        "n_mfcc", 1, 64, help="Number of cosine coefficients, at most one per mel band."
    ),
    "floor_db": NumberSetting(
        "floor, dB", -150.0, -40.0, "dB", 1.0, "%.1f", "Lower levels are raised to this one."
    ),
    "db_range": NumberSetting(
        "range, dB", 20.0, 120.0, "dB", 10.0, "%.0f", "Colour range below the loudest point."
    ),
    "silence_db": NumberSetting(
        "Threshold, dB below the loudest frame",
        10.0,
        80.0,
        "dB",
        1.0,
        "%.0f",
        "Frames below it count as silence. Higher keeps more.",
    ),
}
CHOICES: Final = {
    "n_fft": ChoiceSetting(
        "n_fft",
        (128, 256, 512, 1024, 2048, 4096),
        "FFT size. Zero-padding beyond win_length interpolates the spectrum; it adds no "
        "resolution.",
    ),
    "window": ChoiceSetting(
        "window",
        ("hann", "hamming", "blackman", "rectangular"),
        "Weights of a frame's samples. Rectangular has the narrowest peaks and the most leakage, "
        "Blackman the widest and the least.",
    ),
    "centered": ChoiceSetting(
        "center",
        (False, True),
        "True: frame k is centred at k · hop_length, with zeros outside the clip, as in librosa. "
        "False: it starts there, as in our models.",
    ),
    "mel_scale": ChoiceSetting(
        "mel scale",
        ("htk", "slaney"),
        "HTK is logarithmic throughout; Slaney is linear below 1 kHz.",
    ),
    "mel_norm": ChoiceSetting(
        "mel norm", ("none", "slaney"), "none: triangles of equal height; slaney: of equal area."
    ),
    "power": ChoiceSetting(
        "power",
        (1, 2),
        "Exponent applied to the spectrum before it is summed into mel bands: 1 = magnitude, "
        "2 = power.",
    ),
    "color_map": ChoiceSetting("colours", ("viridis", "magma", "cividis", "gray")),
    "frequency_axis": ChoiceSetting("Hz axis", ("linear", "log")),
    "mfcc_rows": ChoiceSetting(
        "MFCC rows",
        ("no C0", "z-score", "all"),
        "C0 is much larger than the other coefficients and washes out their colours. z-score "
        "scales each row by its own mean and deviation.",
    ),
    "show_pitch": ChoiceSetting("Draw the pitch over it", (False, True)),
    "fft_rate": ChoiceSetting(
        "Sample rate, Hz",
        (4_000, 8_000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000),
        "The clip is resampled to this rate first.",
    ),
    "viewpoint": ChoiceSetting("Viewpoint", ("front left", "front right", "behind", "above")),
}
# Those with a control among all settings; the others have one at their view.
GROUPS: Final = {
    "Frames (lengths in samples; 16 samples are 1 ms)": (
        *("n_fft", "win_length", "hop_length", "window", "pre_emphasis", "centered"),
    ),
    "Mel bands and MFCC": ("n_mels", "f_min", "f_max", "mel_scale", "mel_norm", "n_mfcc"),
    "Levels and colours": (
        *("power", "floor_db", "db_range", "color_map", "frequency_axis", "mfcc_rows"),
    ),
}
SHARED: Final = tuple(name for names in GROUPS.values() for name in names)

"""How a clip is looked at: every number behind a view, its limits, and what goes together."""

from __future__ import annotations

import functools
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.errors import SettingsError
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig, MfccConfig
from kws_core.features.mel import MelScale, mel_edges

Window = Literal["hann", "hamming", "blackman", "rectangular"]
MelNorm = Literal["none", "slaney"]
ColourMap = Literal["viridis", "magma", "cividis", "grey"]
FrequencyAxis = Literal["linear", "log"]
MfccRows = Literal["no-c0", "normalised", "plain"]

_MODEL: Final = LogMelConfig()


@dataclass(frozen=True)
class Limits:
    """What a number may be: `low` to `high`, in `unit`."""

    low: float
    high: float
    unit: str = ""


# What each setting may be on its own: a range, or a list.
LIMITS: Final = {
    "win_length": Limits(32, 4096, "samples"),
    "hop_length": Limits(16, 4096, "samples"),
    "pre_emphasis": Limits(0.0, 0.99),
    "n_mels": Limits(1, 256),
    "f_min": Limits(0.0, SAMPLE_RATE / 2, "Hz"),
    "f_max": Limits(0.0, SAMPLE_RATE / 2, "Hz"),
    "n_mfcc": Limits(1, 64),
    "floor_db": Limits(-150.0, -40.0, "dB"),
    "db_range": Limits(20, 120, "dB"),
}
CHOICES: Final[dict[str, tuple[Any, ...]]] = {
    "n_fft": (128, 256, 512, 1024, 2048, 4096),
    "window": ("hann", "hamming", "blackman", "rectangular"),
    "centred": (False, True),
    "mel_scale": ("htk", "slaney"),
    "mel_norm": ("none", "slaney"),
    "power": (1, 2),
    "colour_map": ("viridis", "magma", "cividis", "grey"),
    "frequency_axis": ("linear", "log"),
    "mfcc_rows": ("no-c0", "normalised", "plain"),
}


@dataclass(frozen=True)
class Stft:
    """The part of the settings that frames and Fourier transforms depend on; in samples.

    centred: frame k has its middle at sample k * hop_length (zeros outside the clip); otherwise
    it starts there. pre_emphasis: a in y[n] = x[n] - a x[n - 1], 0 for none.
    """

    n_fft: int
    win_length: int
    hop_length: int
    window: Window
    centred: bool
    pre_emphasis: float


@dataclass(frozen=True)
class MelBands:
    """The part of the settings that mel bands and their levels depend on.

    power: of the magnitudes that the bands add up, 1 or 2. floor_db: quieter is raised to it.
    """

    n_mels: int
    f_min: float
    f_max: float
    scale: MelScale
    norm: MelNorm
    power: int
    floor_db: float


@dataclass(frozen=True)
class ViewSettings:
    """All settings of all views, at 16 kHz; the defaults are what the default model sees.

    Lengths in samples, frequencies in Hz. Raises SettingsError for values out of their limits or
    that do not go together.
    """

    n_fft: int = _MODEL.n_fft
    win_length: int = _MODEL.win_length
    hop_length: int = _MODEL.hop_length
    window: Window = "hann"
    centred: bool = False
    pre_emphasis: float = 0.0
    n_mels: int = _MODEL.n_mels
    f_min: float = _MODEL.f_min
    f_max: float = _MODEL.f_max
    mel_scale: MelScale = _MODEL.mel_scale
    mel_norm: MelNorm = _MODEL.mel_norm or "none"
    power: int = 2
    floor_db: float = round(_MODEL.log_floor * LN_TO_DB, 4)
    n_mfcc: int = MfccConfig().n_mfcc
    mfcc_rows: MfccRows = "no-c0"
    db_range: float = 80.0
    colour_map: ColourMap = "viridis"
    frequency_axis: FrequencyAxis = "linear"

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            check_value(name, value)
        if reason := _conflict(self):
            raise SettingsError(reason)

    @property
    def stft(self) -> Stft:
        """What the spectrogram depends on."""
        return Stft(**{field.name: getattr(self, field.name) for field in fields(Stft)})

    @property
    def mel(self) -> MelBands:
        """What the mel bands depend on, besides the spectrogram."""
        return MelBands(
            self.n_mels,
            self.f_min,
            self.f_max,
            self.mel_scale,
            self.mel_norm,
            self.power,
            self.floor_db,
        )


def check_value(name: str, value: Any) -> None:
    """Raise SettingsError unless one setting may have this value, whatever the others are."""
    if name in CHOICES:
        options = CHOICES[name]
        # 1 == True in Python, but not for a person.
        if not any(value == option and type(value) is type(option) for option in options):
            raise SettingsError(f"{name} can't be {value}: it is one of {listed(options)}.")
        return
    limits = LIMITS[name]
    if not limits.low <= value <= limits.high:
        unit = f" {limits.unit}" if limits.unit else ""
        raise SettingsError(
            f"{name} can't be {value:g}: it goes from {limits.low:g} to {limits.high:g}{unit}."
        )


def listed(options: tuple[Any, ...]) -> str:
    """Return options as people list them."""
    return ", ".join(str(option) for option in options)


def too_many_bands(n_fft: int) -> str:
    """Say why there can't be more mel bands."""
    return (
        f"with n_fft {n_fft}, bins lie {SAMPLE_RATE / n_fft:g} Hz apart, and more mel bands would "
        "leave the narrowest without any."
    )


def least_band_range(n_fft: int) -> float:
    """Return how far f_max must be above f_min, in Hz."""
    return 2 * SAMPLE_RATE / n_fft


def _conflict(settings: ViewSettings) -> str | None:
    """Say why settings do not go together; None if they do."""
    s = settings
    if s.win_length > s.n_fft:
        return f"win_length {s.win_length} is longer than n_fft {s.n_fft}: it can't be transformed."
    if s.hop_length > s.win_length:
        return (
            f"hop_length {s.hop_length} is longer than win_length {s.win_length}: the samples "
            "between the windows would be in no frame."
        )
    if s.f_max - s.f_min < least_band_range(s.n_fft):
        return (
            f"From f_min {s.f_min:g} to f_max {s.f_max:g} Hz must be at least two bins of the "
            f"FFT, {least_band_range(s.n_fft):g} Hz."
        )
    most = most_mels(s.n_fft, s.f_min, s.f_max, s.mel_scale)
    if s.n_mels > most:
        return f"n_mels can be {most} at most, not {s.n_mels}: {too_many_bands(s.n_fft)}"
    if s.n_mfcc > s.n_mels:
        return f"n_mfcc can't be more than n_mels: {s.n_mels} bands have no more coefficients."
    return None


@functools.lru_cache(maxsize=256)
def most_mels(n_fft: int, f_min: float, f_max: float, scale: MelScale) -> int:
    """Return how many mel bands there can be so that each surely holds a bin of the FFT.

    Each is then wider than the bins are apart. 0 where not even a single one is.
    """
    spacing = SAMPLE_RATE / n_fft
    fits, too_many = 0, int(LIMITS["n_mels"].high) + 1
    while too_many - fits > 1:
        n_mels = (fits + too_many) // 2
        edges = mel_edges(n_mels, f_min, f_max, scale)
        if float((edges[2:] - edges[:-2]).min()) > spacing:
            fits = n_mels
        else:
            too_many = n_mels
    return fits

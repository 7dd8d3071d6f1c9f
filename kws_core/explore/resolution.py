"""What time and frequency resolution settings give, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.settings import ViewSettings

# From a window's peak in frequency to its first zero, in units of sample_rate / win_length.
_FIRST_ZERO: Final = {"rectangular": 1, "hann": 2, "hamming": 2, "blackman": 3}


@dataclass(frozen=True)
class Resolution:
    """How fine the settings look: times in seconds, frequencies in Hz.

    window: what a frame covers. hop: from frame to frame. bin: from bin to bin of the FFT.
    apart: tones closer than this merge into one (from the window's peak to its first zero).
    """

    window: float
    hop: float
    bin: float
    apart: float


def resolution(settings: ViewSettings) -> Resolution:
    """Return what time and frequency resolution the settings give."""
    return Resolution(
        settings.win_length / SAMPLE_RATE,
        settings.hop_length / SAMPLE_RATE,
        SAMPLE_RATE / settings.n_fft,
        _FIRST_ZERO[settings.window] * SAMPLE_RATE / settings.win_length,
    )


def summary(settings: ViewSettings) -> str:
    """Say in a few words what time and frequency resolution the settings give."""
    fine = resolution(settings)
    return (
        f"resolves {milliseconds(fine.window)} and {fine.apart:.0f} Hz, a frame every "
        f"{milliseconds(fine.hop)}, {settings.n_mels} mel bands"
    )


def sentence(settings: ViewSettings) -> str:
    """Say in Markdown what time and frequency resolution the settings give."""
    fine = resolution(settings)
    return (
        f"What happens within the {milliseconds(fine.window)} of a window is one column; tones "
        f"less than {fine.apart:.0f} Hz apart are one line. A longer window is finer in frequency "
        f"and coarser in time; a longer n_fft (now a bin every {fine.bin:.3g} Hz) only draws it "
        "more smoothly."
    )


def milliseconds(seconds: float) -> str:
    """Return a time as people write it."""
    return f"{1000 * seconds:.3g} ms"

"""The time and frequency resolution of settings, in words."""

from __future__ import annotations

from typing import Final

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.settings import Stft, ViewSettings

# From a window's peak in frequency to its first zero, in units of sample_rate / win_length.
_FIRST_ZERO: Final = {"rectangular": 1, "hann": 2, "hamming": 2, "blackman": 3}


def resolved_hz(settings: ViewSettings) -> float:
    """Return how far apart tones must be in Hz not to merge: from a window's peak to its zero."""
    return _FIRST_ZERO[settings.window] * SAMPLE_RATE / settings.win_length


def summary(settings: ViewSettings) -> str:
    """Return the resolution in a few words."""
    return (
        f"{milliseconds(settings.win_length)} window ({resolved_hz(settings):.0f} Hz resolution), "
        f"{milliseconds(settings.hop_length)} hop, {settings.n_mels} mel bands"
    )


def sentence(settings: ViewSettings) -> str:
    """Return the resolution as a few sentences."""
    return (
        f"Each column covers {milliseconds(settings.win_length)}; tones closer than "
        f"{resolved_hz(settings):.0f} Hz merge into one line. A longer window separates closer "
        f"tones and blurs time. A larger n_fft (now one bin every "
        f"{SAMPLE_RATE / settings.n_fft:.3g} Hz) only draws the same more smoothly."
    )


def frames(stft: Stft) -> str:
    """Return the length and the hop of frames in words."""
    return f"{milliseconds(stft.win_length)} every {milliseconds(stft.hop_length)}"


def milliseconds(n_samples: int) -> str:
    """Return the length of samples as people write it."""
    return f"{1000 * n_samples / SAMPLE_RATE:.3g} ms"

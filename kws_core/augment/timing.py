"""Earlier, later, faster, slower, higher, lower: shift, speed, tempo and pitch."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.steps import (
    Draw,
    Interval,
    Recordings,
    Step,
    fit_about_centre,
    fit_at_end,
    limits,
)

_FACTOR = limits(0.5, 2.0, "×")


@dataclass(frozen=True)
class ShiftDraw(Draw):
    """How much later the clip is, in seconds; earlier if negative."""

    seconds: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        by = round(self.seconds * sample_rate)
        shifted = np.zeros_like(clip)
        if by >= 0:
            shifted[by:] = clip[: max(len(clip) - by, 0)]
        else:
            shifted[:by] = clip[-by:]
        return shifted


@dataclass(frozen=True)
class Shift(Step):
    """Move the clip in time; zeros come in, and what leaves the clip is lost."""

    kind: ClassVar[str] = "shift"
    seconds: Interval = field(default=(-0.1, 0.1), metadata=limits(-2.0, 2.0, "s"))

    def draw(self, rng: np.random.Generator) -> ShiftDraw:
        """Draw a shift."""
        return ShiftDraw(float(rng.uniform(*self.seconds)))


@dataclass(frozen=True)
class SpeedDraw(Draw):
    """How many times as fast."""

    factor: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        return fit_about_centre(resampled(clip, self.factor), len(clip))


@dataclass(frozen=True)
class Speed(Step):
    """Play the clip faster, which also makes it higher, or slower and lower.

    A slower clip loses its two ends alike, a faster one gets zeros there.
    """

    kind: ClassVar[str] = "speed"
    factor: Interval = field(default=(0.9, 1.1), metadata=_FACTOR)

    def draw(self, rng: np.random.Generator) -> SpeedDraw:
        """Draw a factor."""
        return SpeedDraw(float(rng.uniform(*self.factor)))


@dataclass(frozen=True)
class TempoDraw(Draw):
    """How many times as fast."""

    factor: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        return fit_about_centre(_stretched(clip, 1.0 / self.factor, sample_rate), len(clip))


@dataclass(frozen=True)
class Tempo(Step):
    """Speak faster or slower at the same pitch; the ends are as with `Speed`."""

    kind: ClassVar[str] = "tempo"
    factor: Interval = field(default=(0.85, 1.15), metadata=_FACTOR)

    def draw(self, rng: np.random.Generator) -> TempoDraw:
        """Draw a factor."""
        return TempoDraw(float(rng.uniform(*self.factor)))


@dataclass(frozen=True)
class PitchDraw(Draw):
    """How many semitones higher."""

    semitones: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        ratio = 2.0 ** (self.semitones / 12.0)
        longer = _stretched(clip, ratio, sample_rate)  # as long as being played faster undoes
        return fit_at_end(resampled(longer, ratio), len(clip))


@dataclass(frozen=True)
class Pitch(Step):
    """Make the voice higher or lower at the same tempo."""

    kind: ClassVar[str] = "pitch"
    semitones: Interval = field(default=(-3.0, 3.0), metadata=limits(-12.0, 12.0, "semitones"))

    def draw(self, rng: np.random.Generator) -> PitchDraw:
        """Draw a number of semitones."""
        return PitchDraw(float(rng.uniform(*self.semitones)))


def resampled(clip: Samples, factor: float) -> Samples:
    """Play `factor` times as fast, band-limited: (n,) to about (n / factor,)."""
    import soxr

    return np.asarray(soxr.resample(clip, factor, 1.0, quality="HQ"), dtype=np.float32)


def _stretched(clip: Samples, factor: float, sample_rate: int) -> Samples:
    """Make longer by `factor` at the same pitch (phase vocoder): (n,) to (round(n * factor),)."""
    import torch

    from kws_core.features.torch_audio import torchaudio

    # The longest power of two up to 64 ms: harmonics of a voice apart, plosives not yet smeared.
    n_fft = 1 << (sample_rate * 64 // 1000).bit_length() - 1
    hop_length = n_fft // 4
    window = torch.hann_window(n_fft)
    padded = torch.from_numpy(fit_at_end(clip, max(len(clip), n_fft)))
    spectrum = torch.stft(padded, n_fft, hop_length, window=window, return_complex=True)
    advance = torch.linspace(0, math.pi * hop_length, n_fft // 2 + 1)[:, None]  # in one hop
    spectrum = torchaudio.functional.phase_vocoder(spectrum, 1.0 / factor, advance)
    length = round(len(padded) * factor)
    longer = torch.istft(spectrum, n_fft, hop_length, window=window, length=length)
    return fit_at_end(longer.numpy(), round(len(clip) * factor))

"""Noise at a signal-to-noise ratio: synthesised in a colour, or from a recording."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import ClassVar, Literal, cast

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.steps import (
    Draw,
    Interval,
    Recordings,
    Step,
    choices,
    limits,
    mean_power,
    new_seed,
    pick,
    ratio,
)
from kws_core.errors import AugmentError

NoiseColour = Literal["white", "pink", "brown"]

_POWER_SLOPE = {"white": 0, "pink": 1, "brown": 2}  # power falls as frequency to this power
COLOURS = tuple(_POWER_SLOPE)

# Most of the power of brown noise would be slower than anyone hears, and the ratio to the signal
# would say little about what is heard.
_LOWEST_HZ = 20.0


def coloured_noise(colour: NoiseColour, n_samples: int, sample_rate: int, seed: int) -> Samples:
    """Return Gaussian noise of mean power 1 (unless there is one sample only), (n_samples,).

    The power density is flat (white), or falls by 3 dB (pink) or 6 dB (brown) per octave from
    20 Hz up, with nothing below. The same seed and length give the same noise.
    """
    white = np.random.default_rng(seed).standard_normal(n_samples, dtype=np.float32)
    noise = white if colour == "white" else _filtered(white, _POWER_SLOPE[colour], sample_rate)
    return noise / np.float32(math.sqrt(mean_power(noise) or 1.0))


def _filtered(white: Samples, slope: int, sample_rate: int) -> Samples:
    spectrum = np.fft.rfft(white)
    frequency = np.fft.rfftfreq(len(white), 1.0 / sample_rate)
    heard = frequency >= _LOWEST_HZ
    spectrum[heard] *= frequency[heard] ** (-slope / 2)
    spectrum[~heard] = 0.0
    return np.fft.irfft(spectrum, len(white)).astype(np.float32)


def add_at_snr(clip: Samples, noise: Samples, snr_db: float) -> Samples:
    """Add noise ``(n,)`` at a ratio in dB of the mean powers of the whole clip and the noise.

    The definition of torchaudio's ``add_noise``. Silent noise adds nothing.
    """
    power = mean_power(noise)
    if power == 0.0:
        return clip
    gain = math.sqrt(mean_power(clip) / power) * ratio(-snr_db)
    return clip + np.float32(gain) * noise


@dataclass(frozen=True)
class NoiseDraw(Draw):
    """Which noise, and how loud."""

    colour: NoiseColour
    snr_db: float
    seed: int

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        noise = coloured_noise(self.colour, len(clip), sample_rate, self.seed)
        return add_at_snr(clip, noise, self.snr_db)


@dataclass(frozen=True)
class Noise(Step):
    """Add synthesised noise."""

    kind: ClassVar[str] = "noise"
    snr_db: Interval = field(default=(0.0, 30.0), metadata=limits(-40.0, 80.0, "dB"))
    colours: tuple[str, ...] = field(default=COLOURS, metadata=choices(*COLOURS))

    def draw(self, rng: np.random.Generator) -> NoiseDraw:
        """Draw a ratio, a colour and a seed."""
        snr_db = float(rng.uniform(*self.snr_db))
        return NoiseDraw(cast(NoiseColour, pick(rng, self.colours)), snr_db, new_seed(rng))


@dataclass(frozen=True)
class BackgroundDraw(Draw):
    """Which recording, from where (0 to 1: from its first to its last whole clip), how loud."""

    recording: str
    snr_db: float
    position: float

    def offset(self, n_recorded: int, n_samples: int) -> int:
        """Return the first sample taken of a recording of `n_recorded` samples."""
        return int(self.position * (max(n_recorded - n_samples, 0) + 1))

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        if self.recording not in recordings:
            there = ", ".join(recordings) or "none"
            raise AugmentError(
                f"There is no recording {self.recording!r} to add. Choose one of those at hand "
                f"({there}), or add synthesised noise."
            )
        recording = recordings[self.recording]
        start = self.offset(len(recording), len(clip))
        # A recording shorter than the clip is repeated.
        noise = np.resize(recording[start : start + len(clip)], len(clip))
        return add_at_snr(clip, noise, self.snr_db)


@dataclass(frozen=True)
class Background(Step):
    """Add a piece of a recording, such as a running tap; `Draw.apply` is given the recordings."""

    kind: ClassVar[str] = "background"
    recordings: tuple[str, ...] = field(default=("white_noise",), metadata=choices())
    snr_db: Interval = field(default=(0.0, 30.0), metadata=limits(-40.0, 80.0, "dB"))

    def draw(self, rng: np.random.Generator) -> BackgroundDraw:
        """Draw a ratio, a recording and a position."""
        snr_db = float(rng.uniform(*self.snr_db))
        return BackgroundDraw(pick(rng, self.recordings), snr_db, float(rng.random()))

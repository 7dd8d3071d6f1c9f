"""Louder, quieter, and too loud: gain and clipping."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.steps import Draw, Interval, Recordings, Step, limits, ratio


@dataclass(frozen=True)
class GainDraw(Draw):
    """A gain in dB."""

    gain_db: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        return clip * np.float32(ratio(self.gain_db))


@dataclass(frozen=True)
class Gain(Step):
    """Make the clip louder or quieter."""

    kind: ClassVar[str] = "gain"
    gain_db: Interval = field(default=(-20.0, 6.0), metadata=limits(-80.0, 40.0, "dB"))

    def draw(self, rng: np.random.Generator) -> GainDraw:
        """Draw a gain."""
        return GainDraw(float(rng.uniform(*self.gain_db)))


@dataclass(frozen=True)
class ClippingDraw(Draw):
    """A level in dB below the clip's own peak."""

    below_peak_db: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        level = np.abs(clip).max() * np.float32(ratio(-self.below_peak_db))
        return np.clip(clip, -level, level)


@dataclass(frozen=True)
class Clipping(Step):
    """Cut off what is louder than a level, as an overloaded microphone does."""

    kind: ClassVar[str] = "clipping"
    below_peak_db: Interval = field(default=(0.0, 15.0), metadata=limits(0.0, 60.0, "dB"))

    def draw(self, rng: np.random.Generator) -> ClippingDraw:
        """Draw a level."""
        return ClippingDraw(float(rng.uniform(*self.below_peak_db)))

"""Played faster or slower, with the pitch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.step import Draw, Range, Recordings, Step
from kws_core.augment.stretching import fit_about_center, played_faster


@dataclass(frozen=True)
class SpeedDraw(Draw):
    """A factor: 2 is twice as fast."""

    factor: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        return fit_about_center(played_faster(clip, self.factor), len(clip))

    def __str__(self) -> str:
        return f"{self.factor:.2f} times as fast"


@dataclass(frozen=True, kw_only=True)
class Speed(Step):
    """Play the clip faster, which also makes it higher, or slower and lower.

    A slower clip loses both ends equally; a faster one gets zeros there.
    """

    kind = "speed"
    title = "Speed"
    icon = "fast_forward"
    purpose = "Played faster and so higher, or slower and lower, like a tape."
    settings = (Range("factor", "Speed", "×", limits=(0.5, 2), slider=(0.5, 2, 0.05), n_swept=16),)

    min_factor: float = 0.9
    max_factor: float = 1.1

    def draw(self, rng: np.random.Generator) -> SpeedDraw:
        return SpeedDraw(float(rng.uniform(self.min_factor, self.max_factor)))

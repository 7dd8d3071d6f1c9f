"""Spoken faster or slower, at the same pitch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.step import Draw, Range, Recordings, Step
from kws_core.augment.stretching import fit_about_center, stretched


@dataclass(frozen=True)
class TempoDraw(Draw):
    """A factor: 2 is twice as fast."""

    factor: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        return fit_about_center(stretched(clip, 1.0 / self.factor, sample_rate), len(clip))

    def __str__(self) -> str:
        return f"{self.factor:.2f} times as fast, same pitch"


@dataclass(frozen=True, kw_only=True)
class Tempo(Step):
    """Speak faster or slower at the same pitch; the ends are as with `Speed`."""

    kind = "tempo"
    title = "Tempo"
    icon = "speed"
    purpose = "Spoken faster or slower, at the same pitch (phase vocoder)."
    settings = (Range("factor", "Tempo", "×", limits=(0.5, 2), slider=(0.5, 2, 0.05), n_swept=16),)

    min_factor: float = 0.85
    max_factor: float = 1.15

    def draw(self, rng: np.random.Generator) -> TempoDraw:
        return TempoDraw(float(rng.uniform(self.min_factor, self.max_factor)))

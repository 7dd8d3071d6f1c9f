"""A higher or lower voice, at the same tempo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.step import Draw, Range, Recordings, Step, signed
from kws_core.augment.stretching import fit_at_end, played_faster, stretched


@dataclass(frozen=True)
class PitchDraw(Draw):
    """Semitones by which the voice is higher; lower if negative."""

    semitones: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        factor = 2.0 ** (self.semitones / 12.0)
        longer = stretched(clip, factor, sample_rate)  # playing it faster makes up for that
        return fit_at_end(played_faster(longer, factor), len(clip))

    def __str__(self) -> str:
        return f"{signed(self.semitones)} semitones"


@dataclass(frozen=True, kw_only=True)
class Pitch(Step):
    """Make the voice higher or lower at the same tempo."""

    kind = "pitch"
    title = "Pitch"
    icon = "music_note"
    purpose = "A higher or lower voice, at the same tempo."
    settings = (
        Range(
            "semitones",
            "Higher by",
            "semitones",
            limits=(-12, 12),
            slider=(-12, 12, 0.5),
            n_swept=17,
        ),
    )

    min_semitones: float = -3.0
    max_semitones: float = 3.0

    def draw(self, rng: np.random.Generator) -> PitchDraw:
        return PitchDraw(float(rng.uniform(self.min_semitones, self.max_semitones)))

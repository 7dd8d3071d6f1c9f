"""To a lower sample rate and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import LOWEST_RATE, Samples, resample
from kws_core.augment.step import Draw, Range, Recordings, Step
from kws_core.augment.stretching import fit_at_end


@dataclass(frozen=True)
class ResamplingDraw(Draw):
    """The lower sample rate in Hz."""

    rate: int

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        if self.rate >= sample_rate:
            return clip
        there = resample(clip, sample_rate, self.rate)
        return fit_at_end(resample(there, self.rate, sample_rate), len(clip))

    def __str__(self) -> str:
        return f"to {self.rate} Hz and back: nothing above {self.rate / 2:g} Hz"


@dataclass(frozen=True, kw_only=True)
class Resampling(Step):
    """Resample to a lower rate and back: nothing above half of it is left.

    A rate that is no lower than the clip's changes nothing.
    """

    kind = "resampling"
    title = "Resampling"
    icon = "stairs"
    purpose = "To a lower sample rate and back: nothing above half of it is left."
    settings = (
        Range(
            "rate",
            "Sample rate",
            "Hz",
            limits=(LOWEST_RATE, 192_000),
            slider=(1000, 16_000, 500),
            n_swept=16,
        ),
    )

    min_rate: float = 4000.0
    max_rate: float = 8000.0

    def draw(self, rng: np.random.Generator) -> ResamplingDraw:
        return ResamplingDraw(round(rng.uniform(self.min_rate, self.max_rate)))

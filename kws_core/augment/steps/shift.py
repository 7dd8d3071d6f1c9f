"""The clip moved in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.step import Draw, Range, Recordings, Step


@dataclass(frozen=True)
class ShiftDraw(Draw):
    """Seconds by which the clip is later; earlier if negative."""

    seconds: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        by = round(self.seconds * sample_rate)
        shifted = np.zeros_like(clip)
        if by >= 0:
            shifted[by:] = clip[: max(len(clip) - by, 0)]
        else:
            shifted[:by] = clip[-by:]
        return shifted

    def __str__(self) -> str:
        direction = "later" if self.seconds >= 0 else "earlier"
        return f"{abs(self.seconds) * 1000:.0f} ms {direction}"


@dataclass(frozen=True, kw_only=True)
class Shift(Step):
    """Move the clip in time; zeros come in, and samples that leave the clip are lost."""

    kind = "shift"
    title = "Shift"
    icon = "arrow_range"
    purpose = (
        "Earlier or later, like a word in a sliding window. Sound that leaves the second is lost."
    )
    settings = (
        Range("seconds", "Later by", "s", limits=(-2, 2), slider=(-0.5, 0.5, 0.01), n_swept=21),
    )

    min_seconds: float = -0.1
    max_seconds: float = 0.1

    def draw(self, rng: np.random.Generator) -> ShiftDraw:
        return ShiftDraw(float(rng.uniform(self.min_seconds, self.max_seconds)))

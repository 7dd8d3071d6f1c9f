"""Peaks cut off, as by an overloaded microphone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.noise import amplitude_factor
from kws_core.augment.step import Draw, Range, Recordings, Step


@dataclass(frozen=True)
class ClippingDraw(Draw):
    """The clipping level, in dB below the clip's own peak."""

    below_peak_db: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        level = np.abs(clip).max() * np.float32(amplitude_factor(-self.below_peak_db))
        return np.clip(clip, -level, level)

    def __str__(self) -> str:
        return f"cut off {self.below_peak_db:.1f} dB below the peak"


@dataclass(frozen=True, kw_only=True)
class Clipping(Step):
    """Cut off the clip above a level."""

    kind = "clipping"
    title = "Clipping"
    icon = "content_cut"
    purpose = "Peaks are cut off, as by an overloaded microphone."
    settings = (
        Range(
            "below_peak_db",
            "Level below the peak",
            "dB",
            limits=(0, 60),
            slider=(0, 40, 1),
            n_swept=17,
        ),
    )

    min_below_peak_db: float = 0.0
    max_below_peak_db: float = 15.0

    def draw(self, rng: np.random.Generator) -> ClippingDraw:
        return ClippingDraw(float(rng.uniform(self.min_below_peak_db, self.max_below_peak_db)))

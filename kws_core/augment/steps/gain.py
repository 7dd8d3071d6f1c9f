"""Louder or quieter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.noise import amplitude_factor
from kws_core.augment.step import Draw, Range, Recordings, Step, signed


@dataclass(frozen=True)
class GainDraw(Draw):
    """A gain in dB."""

    gain_db: float

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        return clip * np.float32(amplitude_factor(self.gain_db))

    def __str__(self) -> str:
        return f"{signed(self.gain_db)} dB"


@dataclass(frozen=True, kw_only=True)
class Gain(Step):
    """Make the clip louder or quieter."""

    kind = "gain"
    title = "Gain"
    icon = "volume_up"
    purpose = "Louder or quieter: another distance, another microphone."
    settings = (Range("gain_db", "Gain", "dB", limits=(-80, 40), slider=(-60, 30, 1), n_swept=19),)

    min_gain_db: float = -20.0
    max_gain_db: float = 6.0

    def draw(self, rng: np.random.Generator) -> GainDraw:
        return GainDraw(float(rng.uniform(self.min_gain_db, self.max_gain_db)))

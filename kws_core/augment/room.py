"""What a room adds: a decaying tail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.steps import Draw, Interval, Recordings, Step, limits, new_seed, ratio


def room_response(rt60: float, wet_db: float, sample_rate: int, seed: int) -> Samples:
    """Return a synthetic impulse response, (round(rt60 * sample_rate),), at least one sample.

    The direct sound is 1, at once; behind it comes Gaussian noise that decays exponentially, by
    60 dB in `rt60` seconds, where it ends. Its energy is `wet_db` relative to the direct sound
    (Polack's model of late reverberation; -wet_db is the direct-to-reverberant ratio).
    """
    n = max(round(rt60 * sample_rate), 1)
    response = np.random.default_rng(seed).standard_normal(n, dtype=np.float32)
    response *= np.exp(np.log(1e-3) / max(rt60 * sample_rate, 1.0) * np.arange(n))
    response[0] = 0.0
    energy = np.sum(np.square(response, dtype=np.float64))
    if energy > 0:
        response *= np.float32(ratio(wet_db) / np.sqrt(energy))
    response[0] = 1.0
    return response


@dataclass(frozen=True)
class ReverberationDraw(Draw):
    """How long a room rings, how loud, and which room it is."""

    rt60: float
    wet_db: float
    seed: int

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        from scipy.signal import fftconvolve

        response = room_response(self.rt60, self.wet_db, sample_rate, self.seed)
        wet: Samples = fftconvolve(clip, response[: len(clip)])[: len(clip)]
        return wet


@dataclass(frozen=True)
class Reverberation(Step):
    """Put the clip into a synthetic room; the direct sound keeps its level, the tail is cut.

    rt60: seconds in which the tail gets 60 dB quieter. wet_db: energy of the tail relative to
    the direct sound.
    """

    kind: ClassVar[str] = "reverberation"
    rt60: Interval = field(default=(0.1, 0.8), metadata=limits(0.02, 5.0, "s"))
    wet_db: Interval = field(default=(-15.0, 3.0), metadata=limits(-60.0, 20.0, "dB"))

    def draw(self, rng: np.random.Generator) -> ReverberationDraw:
        """Draw a room."""
        rt60, wet_db = float(rng.uniform(*self.rt60)), float(rng.uniform(*self.wet_db))
        return ReverberationDraw(rt60, wet_db, new_seed(rng))

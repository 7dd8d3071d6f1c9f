"""A room: a decaying tail behind every sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.noise import amplitude_factor
from kws_core.augment.step import Draw, Range, Recordings, Step, evenly, new_seed, signed


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
        response *= np.float32(amplitude_factor(wet_db) / np.sqrt(energy))
    response[0] = 1.0
    return response


@dataclass(frozen=True)
class ReverberationDraw(Draw):
    """Reverberation time and level of the tail, and the seed of the room."""

    rt60: float
    wet_db: float
    seed: int

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        from scipy.signal import fftconvolve

        response = room_response(self.rt60, self.wet_db, sample_rate, self.seed)
        wet: Samples = fftconvolve(clip, response[: len(clip)])[: len(clip)]
        return wet

    def __str__(self) -> str:
        return f"RT60 {self.rt60:.2f} s, tail {signed(self.wet_db)} dB to the direct sound"


@dataclass(frozen=True, kw_only=True)
class Reverberation(Step):
    """Put the clip into a synthetic room; the direct sound keeps its level, the tail is cut.

    rt60: seconds in which the tail falls by 60 dB. wet_db: energy of the tail relative to the
    direct sound.
    """

    kind = "reverberation"
    title = "Reverberation"
    icon = "meeting_room"
    purpose = "A room: a decaying tail behind every sound."
    settings = (
        Range(
            "rt60",
            "Reverberation time (RT60)",
            "s",
            limits=(0.02, 5),
            slider=(0.05, 3, 0.05),
            swept=evenly(0.1, 3.0, 16),
        ),
        Range(
            "wet_db",
            "Tail relative to the direct sound",
            "dB",
            limits=(-60, 20),
            slider=(-30, 15, 1),
            n_swept=16,
        ),
    )

    min_rt60: float = 0.1
    max_rt60: float = 0.8
    min_wet_db: float = -15.0
    max_wet_db: float = 3.0

    def draw(self, rng: np.random.Generator) -> ReverberationDraw:
        rt60 = float(rng.uniform(self.min_rt60, self.max_rt60))
        wet_db = float(rng.uniform(self.min_wet_db, self.max_wet_db))
        return ReverberationDraw(rt60, wet_db, new_seed(rng))

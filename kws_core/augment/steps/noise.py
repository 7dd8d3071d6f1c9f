"""Synthesised noise at a signal-to-noise ratio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.noise import SNR, NoiseColor, add_at_snr, colored_noise
from kws_core.augment.step import Choice, Draw, Recordings, Step, new_seed, pick, signed


@dataclass(frozen=True)
class NoiseDraw(Draw):
    """Colour, level and seed of the noise."""

    color: NoiseColor
    snr_db: float
    seed: int

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        noise = colored_noise(self.color, len(clip), sample_rate, self.seed)
        return add_at_snr(clip, noise, self.snr_db)

    def __str__(self) -> str:
        return f"{self.color} noise, {signed(self.snr_db)} dB SNR"


@dataclass(frozen=True, kw_only=True)
class Noise(Step):
    """Add synthesised noise."""

    kind = "noise"
    title = "Noise"
    icon = "grain"
    purpose = (
        "Synthesised noise. White has the same power at every frequency; pink falls by 3 dB per "
        "octave, like rain, and brown by 6 dB, like distant traffic."
    )
    settings = (
        Choice("colors", "Colour", {name: name for name in ("white", "pink", "brown")}),
        SNR,
    )

    min_snr_db: float = 0.0
    max_snr_db: float = 30.0
    colors: tuple[str, ...] = ("white", "pink", "brown")

    def draw(self, rng: np.random.Generator) -> NoiseDraw:
        snr_db = float(rng.uniform(self.min_snr_db, self.max_snr_db))
        return NoiseDraw(cast(NoiseColor, pick(rng, self.colors)), snr_db, new_seed(rng))

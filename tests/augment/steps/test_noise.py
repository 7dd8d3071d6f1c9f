"""The noise step: noise of the drawn colour and seed, at the drawn ratio."""

import numpy as np

from kws_core.augment.noise import add_at_snr, colored_noise
from kws_core.augment.steps.noise import NoiseDraw

RATE = 16_000
CLIP = (0.05 * np.random.default_rng(0).standard_normal(RATE // 2)).astype(np.float32)


def test_a_draw_adds_the_noise_of_its_seed_and_colour() -> None:
    out = NoiseDraw("brown", 3.0, 11).apply(CLIP, RATE)
    noise = colored_noise("brown", len(CLIP), RATE, 11)
    assert np.array_equal(out, add_at_snr(CLIP, noise, 3.0))

"""Resampling: nothing is left above half the lower rate."""

import numpy as np
import pytest

from kws_core.augment.steps.resampling import ResamplingDraw
from tests.helpers.tones import RATE, passed_db

CLIP = (0.1 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)


def test_resampling_leaves_what_the_lower_rate_can_hold_and_nothing_else() -> None:
    drawn = ResamplingDraw(8000)
    assert passed_db(drawn, 1000) == pytest.approx(0, abs=0.05)
    assert passed_db(drawn, 3500) == pytest.approx(0, abs=0.2)
    assert passed_db(drawn, 4500) < -60
    assert passed_db(drawn, 7000) < -60


def test_resampling_keeps_the_sound_where_it_is() -> None:
    hum = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)
    out = ResamplingDraw(5500).apply(hum, RATE)
    np.testing.assert_allclose(out[500:-500], hum[500:-500], atol=2e-3)


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_resampling_to_no_lower_rate_changes_nothing(rate) -> None:
    assert np.array_equal(ResamplingDraw(rate).apply(CLIP, RATE), CLIP)

"""Gain: reached exactly, and not clipped."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kws_core.augment.steps.gain import GainDraw

CLIP = (0.2 * np.random.default_rng(0).standard_normal(4000)).astype(np.float32)


@given(st.floats(-80, 40))
def test_a_gain_is_reached_exactly(gain_db) -> None:
    out = GainDraw(gain_db).apply(CLIP, 16_000)
    np.testing.assert_allclose(out, CLIP.astype(float) * 10 ** (gain_db / 20), rtol=1e-6)


def test_a_gain_may_exceed_full_scale() -> None:
    assert np.abs(GainDraw(30.0).apply(CLIP, 16_000)).max() > 1

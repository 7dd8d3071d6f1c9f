"""Clipping: cut at its level, and nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_core.augment.steps.clipping import ClippingDraw

CLIP = (0.2 * np.random.default_rng(0).standard_normal(4000)).astype(np.float32)


@given(st.floats(0, 60))
def test_clipping_cuts_at_its_level_and_leaves_the_rest(below_peak_db) -> None:
    out = ClippingDraw(below_peak_db).apply(CLIP, 16_000)
    level = np.abs(CLIP).max() * 10 ** (-below_peak_db / 20)
    assert np.abs(out).max() == pytest.approx(level, rel=1e-6)
    quieter = np.abs(CLIP) < level * (1 - 1e-6)
    assert np.array_equal(out[quieter], CLIP[quieter])
    assert np.array_equal(np.sign(out), np.sign(CLIP))


def test_clipping_at_the_peak_changes_nothing() -> None:
    assert np.array_equal(ClippingDraw(0.0).apply(CLIP, 16_000), CLIP)

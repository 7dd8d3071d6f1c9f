"""Shift: samples move, and zeros come in."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kws_core.augment.steps.shift import ShiftDraw

RATE = 16_000
CLIP = (0.1 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)


@given(st.floats(-1.5, 1.5))
def test_a_shift_is_a_roll_in_which_what_comes_in_is_zero(seconds) -> None:
    silence = np.zeros(2 * RATE, np.float32)
    wanted = np.roll(np.concatenate([silence, CLIP, silence]), round(seconds * RATE))
    out = ShiftDraw(seconds).apply(CLIP, RATE)
    assert np.array_equal(out, wanted[2 * RATE : 3 * RATE])


def test_a_shift_is_later_if_positive() -> None:
    out = ShiftDraw(0.1).apply(CLIP, RATE)
    assert np.array_equal(out[1600:], CLIP[:-1600])
    assert not out[:1600].any()


def test_a_shift_is_in_seconds_at_any_rate() -> None:
    assert np.array_equal(ShiftDraw(0.1).apply(CLIP, 8000)[800:], CLIP[:-800])

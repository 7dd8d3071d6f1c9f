"""Speed: a tone gets higher and shorter by the factor."""

import numpy as np
import pytest

from kws_core.augment.steps.speed import SpeedDraw
from tests.helpers.tones import RATE, heard_from_to, pitch_of, tone

CLIP = (0.1 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)
FACTORS = pytest.mark.parametrize("factor", [0.7, 0.93, 1.08, 1.5])


@FACTORS
def test_speed_makes_a_tone_higher_by_the_factor(factor) -> None:
    assert pitch_of(SpeedDraw(factor).apply(tone(700), RATE)) == pytest.approx(
        700 * factor, rel=1e-3
    )


@FACTORS
def test_speed_makes_a_sound_shorter_about_the_centre(factor) -> None:
    out = SpeedDraw(factor).apply(tone(700, 0.3, 0.6), RATE)
    wanted = [0.5 + (at - 0.5) / factor for at in (0.3, 0.6)]
    assert heard_from_to(out) == pytest.approx(wanted, abs=0.01)


def test_speed_leaves_zeros_at_both_ends_of_a_faster_clip() -> None:
    out = SpeedDraw(2.0).apply(CLIP, RATE)
    assert not out[:4000].any()
    assert not out[12_000:].any()
    assert out[4000:12_000].all()


def test_speed_lets_nothing_fold_down() -> None:
    out = SpeedDraw(2.0).apply(tone(5000), RATE)  # would be 10 kHz: heard as 6 kHz
    assert np.abs(out[5000:11_000]).max() < 1e-3


def test_speed_of_one_changes_nothing() -> None:
    np.testing.assert_allclose(SpeedDraw(1.0).apply(CLIP, RATE), CLIP, atol=1e-6)

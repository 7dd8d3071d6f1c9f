"""Pitch: a tone gets higher by the ratio and keeps its length."""

import numpy as np
import pytest

from kws_core.augment.steps.pitch import PitchDraw
from tests.helpers.tones import RATE, heard_from_to, pitch_of, tone

CLIP = (0.1 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)


@pytest.mark.parametrize("semitones", [-7, -2.5, 1, 4, 12])
def test_pitch_moves_a_tone_by_the_ratio(semitones) -> None:
    out = PitchDraw(semitones).apply(tone(600), RATE)
    assert pitch_of(out) == pytest.approx(600 * 2 ** (semitones / 12), rel=2e-3)


@pytest.mark.parametrize("semitones", [-4, 4])
def test_pitch_leaves_a_sound_where_and_as_long_as_it_is(semitones) -> None:
    out = PitchDraw(semitones).apply(tone(600, 0.3, 0.6), RATE)
    assert heard_from_to(out) == pytest.approx([0.3, 0.6], abs=0.03)
    rms = np.sqrt(np.mean(out[6000:8800] ** 2))
    assert 20 * np.log10(rms / (0.3 / np.sqrt(2))) == pytest.approx(0, abs=1)


def test_pitch_by_nothing_changes_next_to_nothing() -> None:
    np.testing.assert_allclose(PitchDraw(0.0).apply(CLIP, RATE), CLIP, atol=2e-3)

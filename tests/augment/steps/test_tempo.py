"""Tempo: a tone keeps its pitch and gets shorter by the factor."""

import pytest

from kws_core.augment.steps.tempo import TempoDraw
from tests.helpers.tones import RATE, heard_from_to, pitch_of, tone

FACTORS = pytest.mark.parametrize("factor", [0.7, 0.93, 1.08, 1.5])


@FACTORS
def test_tempo_leaves_a_tone_as_high_as_it_is(factor) -> None:
    assert pitch_of(TempoDraw(factor).apply(tone(700), RATE)) == pytest.approx(700, rel=2e-3)


@FACTORS
def test_tempo_makes_a_sound_shorter_about_the_centre(factor) -> None:
    out = TempoDraw(factor).apply(tone(700, 0.3, 0.6), RATE)
    wanted = [0.5 + (at - 0.5) / factor for at in (0.3, 0.6)]
    assert heard_from_to(out) == pytest.approx(wanted, abs=0.03)

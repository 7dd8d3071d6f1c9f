"""Knobs: one number of a recipe is set, the rest stays."""

from __future__ import annotations

import pytest

from kws_core.augment import Chain
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.augment.steps.band_limit import BandLimit
from kws_core.augment.steps.gain import Gain
from kws_core.augment.steps.noise import Noise
from kws_core.lab import Recipe
from kws_core.lab.knobs import KNOBS, MASK_KNOBS, SOUND_KNOBS, Knob


def band(f_low: float, f_high: float) -> Recipe:
    step = BandLimit(min_f_low=f_low, max_f_low=f_low, min_f_high=f_high, max_f_high=f_high)
    return Recipe(chain=Chain([step]))


@pytest.mark.parametrize("knob", KNOBS.values(), ids=KNOBS)
def test_every_knob_can_be_set_to_every_value(knob: Knob) -> None:
    for value in knob.values:
        assert knob.position(knob.set(Recipe(), value)) == value
    assert len(set(knob.values)) == len(knob.values) >= 8
    assert list(knob.values) == sorted(knob.values)


def test_names_are_unique() -> None:
    assert len(KNOBS) == len(MASK_KNOBS) + len(SOUND_KNOBS)


def test_a_knob_turns_the_step_that_is_there_and_keeps_the_rest() -> None:
    noise = Noise(max_snr_db=9.0, colors=("pink",), probability=0.3, name="hiss")
    recipe = Recipe("R", Chain([Gain(), noise]), seed=8)
    turned = KNOBS["noise.snr_db"].set(recipe, 5.0)
    assert turned.chain == Chain(
        [Gain(), Noise(min_snr_db=5.0, max_snr_db=5.0, colors=("pink",), name="hiss")]
    )
    assert (turned.name, turned.seed) == ("R", 8)
    assert not KNOBS["noise.snr_db"].adds_step(recipe)


def test_a_knob_adds_the_step_that_is_missing_at_the_end() -> None:
    recipe = Recipe(chain=Chain([Gain()]))
    knob = KNOBS["pitch.semitones"]
    assert knob.adds_step(recipe)
    assert [step.kind for step in knob.set(recipe, 3.0).chain] == ["gain", "pitch"]
    assert not KNOBS["T"].adds_step(recipe)


def test_a_range_or_a_missing_step_has_no_position() -> None:
    assert KNOBS["gain.gain_db"].position(Recipe(chain=Chain([Gain()]))) is None
    assert KNOBS["gain.gain_db"].position(Recipe()) is None


def test_a_width_alone_gets_a_mask_to_show_it() -> None:
    assert KNOBS["T"].set(Recipe(), 10.0).masks == SpecAugmentPolicy(time_mask=10, n_time_masks=1)
    assert KNOBS["F"].set(Recipe(), 10.0).masks == SpecAugmentPolicy(freq_mask=10, n_freq_masks=1)
    two = Recipe(masks=SpecAugmentPolicy(n_time_masks=2))
    assert KNOBS["T"].set(two, 10.0).masks.n_time_masks == 2


def test_values_that_do_not_go_with_the_rest_are_passed_over() -> None:
    knob = KNOBS["band-limit.f_high"]
    assert knob.possible(band(1200, 2000)) == tuple(v for v in knob.values if v > 1200)
    assert knob.possible(Recipe()) == knob.values
    assert knob.possible(band(9000, 9500)) == ()

"""Knobs and the catalogue: they fit the steps that there are."""

from __future__ import annotations

from dataclasses import fields

import pytest

from kws_core.augment import STEP_KINDS, BandLimit, Chain, Gain, Noise
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.errors import AugmentError
from kws_core.lab import Recipe
from kws_core.lab.catalogue import CATALOGUE
from kws_core.lab.knobs import KNOBS, MASK_KNOBS, SOUND_KNOBS, find_knob


def test_every_kind_of_step_is_in_the_catalogue() -> None:
    assert set(CATALOGUE) == set(STEP_KINDS)


@pytest.mark.parametrize("kind", CATALOGUE)
def test_sliders_have_every_range_of_a_step_and_stay_within_its_limits(kind: str) -> None:
    step = STEP_KINDS[kind]()
    ranges = {f.name: f.metadata for f in fields(step) if "limits" in f.metadata}
    entries = {entry.name: entry for entry in CATALOGUE[kind].settings}
    assert set(entries) == set(ranges)
    for name, entry in entries.items():
        low, high = ranges[name]["limits"]
        assert low <= entry.low < entry.high <= high
        assert entry.unit == ranges[name]["unit"]
        usual = getattr(step, name)
        assert entry.low <= usual[0] <= usual[1] <= entry.high


@pytest.mark.parametrize("knob", KNOBS.values(), ids=KNOBS)
def test_every_knob_can_be_set_to_every_value(knob: object) -> None:
    for value in knob.values:
        turned = knob.set(Recipe(), value)
        if knob.kind:
            assert getattr(turned.chain.steps[0], knob.setting) == (value, value)
        else:
            assert getattr(turned.masks, knob.setting) == value
    assert len(set(knob.values)) == len(knob.values) >= 8
    assert list(knob.values) == sorted(knob.values)


def test_names_are_unique() -> None:
    assert len(KNOBS) == len(MASK_KNOBS) + len(SOUND_KNOBS)


def test_a_knob_turns_the_step_that_is_there_and_keeps_the_rest() -> None:
    noise = Noise((0.0, 9.0), ("pink",), probability=0.3, name="hiss")
    recipe = Recipe("R", Chain((Gain(), noise)), seed=8)
    turned = KNOBS["noise.snr_db"].set(recipe, 5.0)
    assert turned.chain.steps == (
        Gain(),
        Noise((5.0, 5.0), ("pink",), probability=1.0, name="hiss"),
    )
    assert (turned.name, turned.seed) == ("R", 8)
    assert not KNOBS["noise.snr_db"].adds_step(recipe)


def test_a_knob_adds_the_step_that_is_missing_at_the_end() -> None:
    recipe = Recipe(chain=Chain((Gain(),)))
    knob = KNOBS["pitch.semitones"]
    assert knob.adds_step(recipe)
    assert [step.kind for step in knob.set(recipe, 3.0).chain.steps] == ["gain", "pitch"]
    assert not KNOBS["T"].adds_step(recipe)


def test_a_width_alone_gets_a_mask_to_show_it() -> None:
    assert KNOBS["T"].set(Recipe(), 10.0).masks == SpecAugmentPolicy(time_mask=10, n_time_masks=1)
    assert KNOBS["F"].set(Recipe(), 10.0).masks == SpecAugmentPolicy(freq_mask=10, n_freq_masks=1)
    two = Recipe(masks=SpecAugmentPolicy(n_time_masks=2))
    assert KNOBS["T"].set(two, 10.0).masks.n_time_masks == 2


def test_values_that_do_not_go_with_the_rest_are_passed_over() -> None:
    knob = KNOBS["band-limit.f_high"]
    narrow = Recipe(chain=Chain((BandLimit((900.0, 1200.0), (2000.0, 2000.0)),)))
    assert knob.possible(narrow) == tuple(value for value in knob.values if value > 1200)
    assert knob.possible(Recipe()) == knob.values
    above_all = Recipe(chain=Chain((BandLimit((9000.0, 9000.0), (9500.0, 9500.0)),)))
    assert knob.possible(above_all) == ()


def test_a_knob_that_is_not_there_is_told() -> None:
    with pytest.raises(AugmentError, match="no knob 'loudness'"):
        find_knob("loudness")

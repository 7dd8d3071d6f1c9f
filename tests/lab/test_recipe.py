"""Recipes as values: their JSON, and what is refused."""

from __future__ import annotations

import json

import pytest

from kws_core.augment import STEP_KINDS, Chain, Gain, Noise, Shift
from kws_core.augment.policies import LD, SpecAugmentPolicy
from kws_core.errors import AugmentError
from kws_core.lab import Recipe
from kws_core.lab.recipe import LARGEST_SEED, LONGEST_TEXT, MOST_STEPS, as_values, has_masks

FULL = Recipe(
    "Kitchen, “loud”",
    Chain((Noise((-5.0, 5.0), ("pink",), probability=0.5), Shift(), Noise(name="noise 2"))),
    LD.scaled(40, 98),
    "zero",
    7,
)


@pytest.mark.parametrize(
    "recipe",
    [Recipe(), FULL, Recipe("All", Chain(tuple(kind() for kind in STEP_KINDS.values())[:8]))],
    ids=lambda recipe: recipe.name,
)
def test_a_recipe_comes_back_from_its_json(recipe: Recipe) -> None:
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_json_leaves_out_what_is_as_by_default() -> None:
    assert as_values(Recipe("Plain", Chain((Gain(),)))) == {
        "name": "Plain",
        "steps": [{"kind": "gain"}],
        "seed": 1,
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no recipe"),
        ("[" * 100_000, "no recipe"),
        ("{" + "x" * LONGEST_TEXT, "no recipe"),
        ("[]", "group of named settings"),
        ('"marvin"', "group of named settings"),
        ('{"pitch": 3}', "has no setting 'pitch'"),
        ('{"name": ""}', "can't be called ''"),
        ('{"name": 3}', "can't be called 3"),
        (json.dumps({"name": "x" * 41}), "1 to 40 characters"),
        ('{"seed": -1}', "The seed can't be -1"),
        ('{"seed": 1.5}', "The seed can't be 1.5"),
        ('{"seed": true}', "The seed can't be True"),
        (json.dumps({"seed": LARGEST_SEED + 1}), "The seed can't be"),
        ('{"fill": "max"}', "Choose one of: mean, zero"),
        ('{"fill": ["mean"]}', "Choose one of: mean, zero"),
        ('{"steps": "noise"}', "must be a list"),
        ('{"steps": [{"kind": "echo"}]}', "There is no step 'echo'"),
        ('{"steps": [{"kind": "noise", "snr_db": [9, 1]}]}', "can't use snr_db"),
        ('{"steps": [{"kind": "noise", "snr_db": NaN}]}', "can't use snr_db"),
        (json.dumps({"steps": [{"kind": "gain"}] * 9}), "too many"),
        ('{"masks": {"time_mask": -1}}', "can't use time_mask"),
        ('{"masks": {"width": 1}}', "has no setting 'width'"),
        ('{"masks": 3}', "no SpecAugment policy"),
    ],
)
def test_what_is_no_recipe_is_refused_with_a_reason(text: str, said: str) -> None:
    with pytest.raises(AugmentError) as refused:
        Recipe.from_json(text)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 300


def test_a_chain_has_a_most_number_of_steps() -> None:
    steps = tuple(Gain(name=f"gain {i}") for i in range(MOST_STEPS + 1))
    Recipe(chain=Chain(steps[:-1]))
    with pytest.raises(AugmentError, match="too many"):
        Recipe(chain=Chain(steps))


@pytest.mark.parametrize(
    ("policy", "does"),
    [
        (SpecAugmentPolicy(), False),
        (SpecAugmentPolicy(freq_mask=9), False),  # no mask of that width
        (SpecAugmentPolicy(freq_mask=9, n_freq_masks=1), True),
        (SpecAugmentPolicy(n_time_masks=2), False),
        (SpecAugmentPolicy(time_mask=9, n_time_masks=2), True),
        (SpecAugmentPolicy(time_mask=9, n_time_masks=2, time_mask_share=0), False),
        (SpecAugmentPolicy(time_warp=1), True),
    ],
)
def test_it_is_known_whether_masks_do_anything(policy: SpecAugmentPolicy, does: bool) -> None:
    assert has_masks(policy) is does

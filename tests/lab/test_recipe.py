"""Recipes as JSON values, and what is refused."""

from __future__ import annotations

import pytest

from kws_core.augment import STEPS, Chain
from kws_core.augment.policies import LD
from kws_core.augment.steps.gain import Gain
from kws_core.augment.steps.noise import Noise
from kws_core.augment.steps.shift import Shift
from kws_core.errors import AugmentError
from kws_core.lab import Recipe
from kws_core.lab.recipe import LARGEST_SEED, LONGEST_TEXT, parsed

FULL = Recipe(
    "Kitchen, “loud”",
    Chain(
        [
            Noise(min_snr_db=-5.0, max_snr_db=5.0, colors=("pink",), probability=0.5),
            Shift(),
            Noise(name="noise 2"),
        ]
    ),
    LD.scaled(40, 98),
    "zero",
    7,
)


@pytest.mark.parametrize(
    "recipe",
    [Recipe(), FULL, Recipe("All", Chain([kind() for kind in STEPS.values()][:8]))],
    ids=lambda recipe: recipe.name,
)
def test_a_recipe_comes_back_from_its_values(recipe: Recipe) -> None:
    assert Recipe.from_values(recipe.to_values()) == recipe


def test_values_leave_out_what_is_as_by_default() -> None:
    assert Recipe("Plain", Chain([Gain()])).to_values() == {
        "name": "Plain",
        "steps": [{"kind": "gain"}],
        "seed": 1,
    }


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '"' + "x" * LONGEST_TEXT + '"'])
def test_text_that_is_no_json_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(AugmentError, match="not a recipe"):
        parsed(text)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "group of named settings"),
        ("marvin", "group of named settings"),
        ({"pitch": 3}, "has no setting 'pitch'"),
        ({"name": ""}, "can't be called ''"),
        ({"name": 3}, "can't be called 3"),
        ({"name": "x" * 41}, "1 to 40 characters"),
        ({"seed": -1}, "The seed can't be -1"),
        ({"seed": 1.5}, "The seed can't be 1.5"),
        ({"seed": True}, "The seed can't be True"),
        ({"seed": LARGEST_SEED + 1}, "The seed can't be"),
        ({"fill": "max"}, "Choose one of: mean, zero"),
        ({"fill": ["mean"]}, "Choose one of: mean, zero"),
        ({"steps": "noise"}, "must be a list"),
        ({"steps": [{"kind": "echo"}]}, "There is no step 'echo'"),
        ({"steps": [{"kind": "noise", "min_snr_db": 9, "max_snr_db": 1}]}, "min_snr_db = 9"),
        ({"steps": [{"kind": "noise", "max_snr_db": float("nan")}]}, "max_snr_db = nan"),
        ({"steps": [{"kind": "gain"}] * 9}, "too many"),
        ({"masks": {"time_mask": -1}}, "can't use time_mask"),
        ({"masks": {"width": 1}}, "has no setting 'width'"),
        ({"masks": 3}, "SpecAugment policy should be"),
    ],
)
def test_what_is_no_recipe_is_refused_with_a_reason(values: object, said: str) -> None:
    with pytest.raises(AugmentError) as refused:
        Recipe.from_values(values)
    assert said in str(refused.value)
    assert len(str(refused.value)) < 300

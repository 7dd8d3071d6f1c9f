"""The address of the Augment page: what is shown, written and read again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kws_core.augment import Chain
from kws_core.augment.policies import LB, SpecAugmentPolicy
from kws_core.augment.steps.codec import Codec
from kws_core.augment.steps.noise import Noise
from kws_core.augment.steps.shift import Shift
from kws_core.lab import Recipe
from kws_core.lab.link import Lab, from_query, to_query

CHAIN = Chain(
    [
        Shift(min_seconds=-0.2),
        Noise(min_snr_db=3.0, max_snr_db=3.0, colors=("brown",), name="hiss & hum"),
        Codec(),
    ]
)
LABS = {
    "first": Lab(),
    "published": Lab(masks=LB, fill="zero", seed=0),
    "none": Lab(masks=SpecAugmentPolicy()),
    "own": Lab(masks=SpecAugmentPolicy(3, 4, 1, 50, 0.25, 2), fill="noise", seed=2**32 - 1),
    "share alone": Lab(masks=SpecAugmentPolicy(time_mask_share=0.5)),
    "sound": Lab("sound", chain=CHAIN, sound_knob="shift.seconds", section="knob", sweep_draws=10),
    "empty": Lab("sound", chain=Chain(), n_draws=50),
    "compare": Lab(
        "compare",
        seed=9,
        recipes=(Recipe("Ä & B=C?", CHAIN, seed=9), Recipe("2", masks=LB, fill="minimum", seed=9)),
        section="export",
    ),
    "clip": Lab(clip="several_words", start=3.25, models=("a", "b"), mask_knob="mF"),
}


@pytest.mark.parametrize("lab", LABS.values(), ids=LABS)
def test_a_view_comes_back_from_its_address(lab: Lab) -> None:
    assert from_query(to_query(lab)) == (lab, ())


def test_the_first_view_has_no_parameters() -> None:
    assert to_query(Lab()) == {}


def test_policies_of_the_paper_are_written_by_name() -> None:
    assert to_query(LABS["published"]) == {"policy": "published-LB", "fill": "zero", "seed": "0"}
    assert to_query(LABS["none"]) == {"policy": "none"}


def test_own_numbers_are_written_with_the_papers_letters() -> None:
    query = to_query(LABS["own"])
    assert {k: query[k] for k in ("W", "F", "mF", "T", "p", "mT")} == {
        "W": "3",
        "F": "4",
        "mF": "1",
        "T": "50",
        "p": "0.25",
        "mT": "2",
    }


def test_one_seed_is_for_all_recipes() -> None:
    recipes = (Recipe("A", seed=1), Recipe("B", seed=2))
    lab, problems = from_query(to_query(Lab(seed=5, recipes=recipes)))
    assert problems == ()
    assert [recipe.seed for recipe in lab.recipes] == [5, 5]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("view", "masks", "view can't be 'masks': it is one of specaugment, sound, compare."),
        ("seed", "-1", "seed can't be '-1'"),
        ("seed", "٣", "seed can't be '٣'"),
        ("seed", "99999999999", "The seed can't be 99999999999"),
        ("fill", "max", "fill can't be 'max'"),
        ("policy", "LX", "policy can't be 'LX'"),
        ("T", "many", "T can't be 'many'"),
        ("T", "9" * 50, "T can't be"),
        ("T", "100001", "can't use time_mask = 100001"),
        ("p", "nan", "p can't be 'nan'"),
        ("p", "2", "can't use time_mask_share = 2.0"),
        ("chain", "{", "not a recipe"),
        ("chain", "7", "must be a list"),
        ("chain", '[{"kind":"gain","gain_db":[0,999]}]', "max_gain_db = 999"),
        ("recipes", "[]", "list of 1 to 4"),
        ("recipes", "[{},{},{},{},{}]", "list of 1 to 4"),
        ("recipes", '[{"name":""}]', "can't be called"),
        ("section", "x", "section can't be 'x'"),
        ("draws", "13", "draws can't be '13': it is one of 6, 12, 24, 50."),
        ("knob", "snr", "knob can't be 'snr'"),
        ("knob", "noise.snr_db", "it is one of W, F, mF, T, mT."),
        ("sound_knob", "T", "sound_knob can't be 'T'"),
        ("sweep_draws", "2", "sweep_draws can't be '2'"),
        ("start", "-1", "start can't be '-1'"),
        ("start", "inf", "start can't be 'inf'"),
        ("start", "soon", "start can't be 'soon'"),
    ],
)
def test_what_makes_no_sense_is_left_out_with_a_message(name: str, value: str, said: str) -> None:
    good = {"seed": "7"} if name != "seed" else {"fill": "zero"}
    lab, problems = from_query({**good, name: value})
    assert lab == replace(Lab(), **{k: int(v) if k == "seed" else v for k, v in good.items()})
    assert len(problems) == 1
    assert said in problems[0]
    assert len(problems[0]) < 300


def test_unknown_parameters_are_somebody_elses() -> None:
    assert from_query({"embed": "true", "utm_source": "x"}) == (Lab(), ())

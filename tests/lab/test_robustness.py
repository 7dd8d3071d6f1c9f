"""Many draws and sweeps: the same as one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from kws_core.augment import Chain
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.augment.steps.noise import Noise
from kws_core.augment.steps.pitch import Pitch
from kws_core.lab import Recipe
from kws_core.lab.knobs import KNOBS
from kws_core.lab.recipe import LARGEST_SEED
from kws_core.lab.robustness import (
    Scores,
    Stretch,
    Sweep,
    log_mels_of_draws,
    scores_of_draws,
    seeds_around,
    seeds_from,
    stretches_of,
    sweep,
)
from kws_core.spotting.recognizer import Recognizer
from tests.helpers.recipe_models import tone, toy_picture_model, toy_wave_model, trial, word

MASKS = SpecAugmentPolicy(4, 10, 1, 20, 1.0, 2)
SOUND = Recipe("Sound", Chain([Noise(min_snr_db=-5.0, max_snr_db=5.0)]))
RECIPES = {
    "sound": SOUND,
    "masks": Recipe("Masks", masks=MASKS),
    "both": replace(SOUND, masks=MASKS),
    "nothing": Recipe(),
}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_every_draw_is_scored_as_it_is_alone(recipe: Recipe) -> None:
    model = toy_picture_model()
    tried = trial(word(), recipe, model)
    seeds = (5, 0, 12)
    scores = scores_of_draws(tried, seeds, model)
    for row, seed in enumerate(seeds):
        alone = tried.of(replace(recipe, seed=seed)).answer(model)
        assert scores.heard[row] == alone.label
        assert scores.best[row] == pytest.approx(alone.score, rel=1e-4)
        for label in ("yes", "_silence_"):
            assert scores.of(label)[row] == pytest.approx(alone.scores[label], rel=1e-4, abs=1e-9)


@pytest.mark.parametrize("recipe", [SOUND, Recipe()], ids=["sound", "nothing"])
def test_a_model_of_waves_is_scored_as_well(recipe: Recipe) -> None:
    model = toy_wave_model()
    tried = trial(word(), recipe, model)
    scores = scores_of_draws(tried, range(3), model)
    assert scores.rows.shape == (3, len(model.labels))
    for seed in range(3):
        alone = tried.of(replace(recipe, seed=seed)).answer(model)
        assert scores.best[seed] == pytest.approx(alone.score, rel=1e-4)


def test_more_draws_than_a_batch_holds_are_scored() -> None:
    model = toy_picture_model()
    scores = scores_of_draws(trial(tone(), RECIPES["masks"], model), range(70), model)
    assert scores.rows.shape == (70, 37)
    np.testing.assert_allclose(scores.rows.sum(axis=1), 1.0, rtol=1e-6)


def test_draws_are_computed_once() -> None:
    model = toy_picture_model()
    tried = trial(tone(), SOUND, model)
    first = scores_of_draws(tried, range(4), model)
    other = tried.of(replace(SOUND, name="Other", seed=9))
    assert scores_of_draws(other, range(4), model) is first
    assert log_mels_of_draws(tried, range(4), model).shape == (4, 40, 98)


def test_what_is_kept_is_counted() -> None:
    rows = np.array([[0.6, 0.4], [0.1, 0.9], [0.7, 0.3]])
    scores = Scores(("yes", "no"), rows)
    assert scores.heard == ("yes", "no", "yes")
    assert scores.kept("yes") == 2
    assert scores.of("no").tolist() == [0.4, 0.9, 0.3]


@pytest.mark.parametrize(
    ("name", "recipe", "make_model"),
    [
        ("T", RECIPES["masks"], toy_picture_model),
        ("noise.snr_db", SOUND, toy_picture_model),
        ("shift.seconds", SOUND, toy_wave_model),
    ],
)
def test_a_sweep_is_the_knob_at_every_value(
    name: str, recipe: Recipe, make_model: Callable[[], Recognizer]
) -> None:
    knob, model = KNOBS[name], make_model()
    tried = trial(tone(), recipe, model, toy_picture_model())
    swept = sweep(tried, knob, model, n_draws=2)
    assert swept.of("yes").shape == (len(knob.values), 2)
    assert len(swept.heard) == len(knob.values)
    value = knob.values[3]
    for draw in range(2):
        alone = tried.of(replace(knob.set(recipe, value), seed=1 + draw)).answer(model)
        assert swept.of(alone.label)[3, draw] == pytest.approx(alone.score, rel=1e-4)
    assert swept.heard[3] == tried.of(knob.set(recipe, value)).answer(model).label


def test_a_wave_model_sweeps_a_knob_that_changes_nothing_random() -> None:
    fixed = Recipe(chain=Chain([Pitch(min_semitones=0.0, max_semitones=0.0)]))
    model = toy_wave_model()
    swept = sweep(trial(tone(), fixed, model), KNOBS["gain.gain_db"], model, n_draws=3)
    scores = swept.of("yes")
    np.testing.assert_allclose(scores, np.repeat(scores[:, :1], 3, axis=1))


def test_stretches_are_where_the_first_draws_label_stays() -> None:
    heard_at = [0, 0, 1, 1, 0]
    rows = np.zeros((10, 2))
    rows[::2] = np.eye(2)[heard_at]
    rows[1::2] = np.eye(2)[1]
    swept = Sweep((1.0, 2.0, 3.0, 4.0, 5.0), 2, Scores(("yes", "no"), rows))
    assert stretches_of(swept) == (
        Stretch("yes", 1.0, 2.0),
        Stretch("no", 3.0, 4.0),
        Stretch("yes", 5.0, 5.0),
    )


def test_seeds_come_in_blocks() -> None:
    assert seeds_around(0, 4) == seeds_around(3, 4) == (0, 1, 2, 3)
    assert seeds_around(4, 4) == (4, 5, 6, 7)
    assert seeds_from(7, 3) == (7, 8, 9)
    assert seeds_from(LARGEST_SEED, 2) == (LARGEST_SEED, 0)
    assert max(seeds_around(LARGEST_SEED, 50)) <= LARGEST_SEED

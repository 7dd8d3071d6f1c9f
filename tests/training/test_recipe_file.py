"""Recipes as TOML: what a file means, what can be changed, what is refused and in which words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from kws_core.errors import RecipeError
from kws_core.models import ARCHITECTURES
from kws_core.models.store import available_models
from kws_core.training.batches.augmentation import AUGMENTATIONS
from kws_core.training.dataset.more_sound import MoreSound
from kws_core.training.dataset.recordings import DataKinds
from kws_core.training.distillation import DistillationSettings
from kws_core.training.optimization import TrainingSettings
from kws_core.training.recipe import AverageStep, JoinStep, Recipe, TrainStep
from kws_core.training.recipe_file import load_recipe, plain_recipe, recipe_names

TWO_STEPS = """
batch_size = 64
change = { hurry = 0.1 }
[first]
model = "crnn"
epochs = 3
[second]
model = "crnn"
start_from = "first"
teachers = ["two-towers", "first"]
batch_size = 32
change = { max_shift = 5 }
[mean]
average = ["second", "first"]
"""


@pytest.fixture
def recipe(tmp_path: Path):
    """Read a recipe from a text."""

    def read(text: str, *changes: str) -> Recipe:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return load_recipe(str(path), changes)

    return read


class TestContent:
    def test_tables_are_steps_in_order(self, recipe) -> None:
        first, second, mean = recipe(TWO_STEPS).steps
        assert (first.name, first.model) == ("first", "crnn")
        assert first.settings == TrainingSettings(epochs=3, batch_size=64)
        assert second.references == ("first", "two-towers", "first")
        assert mean == AverageStep("mean", ("second", "first"))
        (joined,) = recipe('[both]\nfine_bands = "crnn"\nfine_time = "crnn-fine"').steps
        assert joined == JoinStep("both", "crnn", "crnn-fine")

    def test_keys_above_the_steps_hold_for_all_that_train(self, recipe) -> None:
        first, second, _ = recipe(TWO_STEPS).steps
        assert (first.settings.batch_size, second.settings.batch_size) == (64, 32)
        assert (first.augment.hurry, first.augment.max_shift) == (0.1, 30)
        assert (second.augment.hurry, second.augment.max_shift) == (0.1, 5)

    def test_a_plain_recipe_is_one_step_with_every_default(self) -> None:
        (step,) = plain_recipe("m5").steps
        assert step == TrainStep("m5", "m5")
        assert step.augment == AUGMENTATIONS["full"]
        assert step.kinds == DataKinds()
        assert step.distillation == DistillationSettings()

    def test_what_is_left_out_may_be_data_or_folders_of_sound(self) -> None:
        (step,) = plain_recipe("m5", ['without=["other-words", "more-noise"]']).steps
        assert step.kinds == DataKinds(other_words=False)
        sounds = MoreSound(Path("a"), Path("b"), Path("c"))
        assert step.sounds_of(sounds) == replace(sounds, noise=None)

    @pytest.mark.parametrize("name", sorted(AUGMENTATIONS))
    def test_every_augmentation_can_be_chosen(self, name: str) -> None:
        (step,) = plain_recipe("m5", [f'augmentation="{name}"']).steps
        assert step.augment == AUGMENTATIONS[name]


class TestChanges:
    def test_hold_for_every_step_that_trains_or_for_one(self, recipe) -> None:
        first, second, _ = recipe(TWO_STEPS, "epochs=2", "second.seed=7", "second.epochs=9").steps
        assert (first.settings.epochs, second.settings.epochs) == (2, 9)
        assert (first.settings.seed, second.settings.seed) == (1, 7)

    def test_reach_single_fields_of_the_augmentation(self, recipe) -> None:
        first, second, _ = recipe(
            TWO_STEPS, "change.snr_db=[3, 9.5]", "first.change.masks.freq_mask=2"
        ).steps
        assert second.augment == replace(
            AUGMENTATIONS["full"], hurry=0.1, max_shift=5, snr_db=(3, 9.5)
        )
        assert first.augment.masks == replace(AUGMENTATIONS["full"].masks, freq_mask=2)

    def test_reach_steps_that_do_not_train(self, recipe) -> None:
        *_, mean = recipe(TWO_STEPS, 'mean.average=["first", "two-towers"]').steps
        assert mean.references == ("first", "two-towers")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ("epoch=2", r"no 'epoch'.*epochs.*steps first, second, mean"),
            ("third.seed=7", "no 'third'"),
            ("epochs=two", r"not KEY=VALUE as in TOML.*quotes"),
            ('epochs="2"', "epochs is a whole number, not '2'"),
            ("epochs=true", "epochs is a whole number, not True"),
            ("epochs=0", "epochs is at least 1, not 0"),
            ("learning_rate=nan", "learning_rate is a number, not nan"),
            ("learning_rate=-1", "learning_rate is from"),
            ("batch_size=100000", "at least one batch"),
            ("teacher_weight=2", "teacher_weight is from 0 to 1"),
            ('keep="first"', 'keep is "best" or "last"'),
            ('teachers="first"', "teachers is a list"),
            ("bfloat16=1", "bfloat16 is true or false"),
            ('model="lstm"', r"no model 'lstm'; there are .*bcresnet-1"),
            ('augmentation="strong"', r"no augmentation 'strong'; there are full, medium"),
            ('without=["rain"]', r"no kind of data 'rain'; there are .*other-words.*more-noise"),
            ("change=3", "change is a table"),
            ("change.hury=1", r"change: there is no key 'hury'; .*hurry"),
            ("change.noise_share=2", "noise_share is from 0 to 1"),
            ("change.snr_db=[9, 3]", "from low to high"),
            ("change.masks.freq_mask=-1", "freq_mask"),
            ('second.start_from="../../evil"', r"'\.\./\.\./evil' can't be the name of a model"),
            ('first.start_from="second"', "first needs second, a later step"),
            ('mean.average=["first"]', "two models or more"),
            ("mean.epochs=3", "no key 'epochs'; there are average"),
        ],
    )
    def test_that_make_no_sense_are_refused(self, recipe, change: str, message: str) -> None:
        with pytest.raises(RecipeError, match=message):
            recipe(TWO_STEPS, change)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no steps"),
        ("epochs = ", "can't be read"),
        ("rate = 3", "no key 'rate'"),
        ("[first]\nepochs = 3", "neither model"),
        ('["../../evil"]\nmodel = "m5"', r"can't be called '\.\./\.\./evil'"),
        ('["."]\nmodel = "m5"', "can't be called"),
        ('[both]\nfine_bands = "crnn"', "fine_time is missing"),
        ('[a]\nmodel = "m5"\nteachers = ["b"]\n[b]\nmodel = "m5"\nteachers = ["a"]', "a needs b"),
    ],
)
def test_files_that_make_no_sense_are_refused(recipe, text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        recipe(text)


def test_unknown_recipes_and_steps_are_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"no recipe 'towers'; there are ds-resnet"):
        load_recipe("towers")
    with pytest.raises(RecipeError, match=r"nowhere\.toml can't be read"):
        load_recipe(str(tmp_path / "nowhere.toml"))
    with pytest.raises(RecipeError, match=r"no step 'tenth'; there are .*first"):
        load_recipe("ds-resnet").only("tenth")
    assert [step.name for step in load_recipe("ds-resnet").only("second").steps] == ["second"]


def test_every_shipped_model_has_a_recipe_that_ends_with_it() -> None:
    assert set(recipe_names()) == set(available_models())
    for name in recipe_names():
        last = load_recipe(name).steps[-1]
        assert last.name == name
        assert isinstance(last, TrainStep)
        assert last.model in ARCHITECTURES

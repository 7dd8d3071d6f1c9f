"""Following a recipe: the order of steps, where models come from, and going on after a stop."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from kws_core.errors import DataError, RecipeError
from kws_core.models.store import MODEL_FOLDER, available_models, read_card
from kws_core.training import run
from kws_core.training.optimization import TrainingSettings
from kws_core.training.recipe import AverageStep, JoinStep, Recipe, TrainStep
from kws_core.training.run import follow
from kws_core.training.workspace import Workspace
from tests.helpers import training_shards as shards

SETTINGS = TrainingSettings(epochs=1, clips_per_epoch=12, batch_size=12, learning_rate=0.001)
FIRST = TrainStep("first", "bcresnet-1", settings=SETTINGS)
SECOND = replace(FIRST, name="second", start_from="first", teachers=("first",))
RECIPE = Recipe("toy", (FIRST, SECOND, AverageStep("mean", ("second", "first"))))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("data")
    return shards.write_shards(root / "data"), root / "cache"


@pytest.fixture
def space(data: tuple[Path, Path], tmp_path: Path) -> Workspace:
    return Workspace(data[0], tmp_path, cache=data[1], device="cpu")


def times(space: Workspace) -> dict[str, int]:
    """When each step saved its model."""
    return {path.stem: path.stat().st_mtime_ns for path in space.out.glob("*/*.json")}


def test_each_step_saves_a_model_under_its_name(space, capsys) -> None:
    card = follow(RECIPE, space)
    assert sorted(times(space)) == ["first", "mean", "second"]
    assert card == read_card(space.out / "mean", "mean")
    second = read_card(space.out / "second", "second")
    assert second.training["started_from"]["settings"]["epochs"] == 1
    assert second.training["distillation"]["teacher"] == "first"
    said = capsys.readouterr().err
    assert "Training first (bcresnet-1): 1 epochs of 12 clips" in said
    assert f"second uses {space.out / 'first' / 'first'}" in said


def test_resume_skips_what_is_done_and_goes_on_with_the_interrupted_step(
    space, monkeypatch, capsys
) -> None:
    whole = follow(RECIPE, replace(space, out=space.out / "whole"))
    with monkeypatch.context() as stopped:
        save = run.train_step

        def stop_in_the_second(step, workspace):
            if step.name == "second":
                raise KeyboardInterrupt
            return save(step, workspace)

        stopped.setattr(run, "train_step", stop_in_the_second)
        with pytest.raises(KeyboardInterrupt):
            follow(RECIPE, space)
    before = times(space)["first"]
    resumed = follow(RECIPE, replace(space, resume=True))
    assert "first is done already" in capsys.readouterr().err
    assert times(space)["first"] == before
    assert whole is not None
    assert resumed is not None
    assert resumed.sha256 == whole.sha256


def test_resume_repeats_what_depends_on_a_step_that_was_not_done(space) -> None:
    follow(RECIPE, space)
    (space.out / "second" / "second.json").unlink()  # as if it had stopped after its last epoch
    before = times(space)
    follow(RECIPE, replace(space, resume=True))
    after = times(space)
    assert after["first"] == before["first"]
    assert after["mean"] > before["mean"]


def test_a_step_that_was_trained_anew_and_stopped_is_not_taken_for_done(space) -> None:
    follow(Recipe("one", (FIRST,)), space)
    assert space.is_done("first")
    later = time.time() + 1  # the clock of a file system may be coarse
    os.utime(space.checkpoint("first"), (later, later))
    assert not space.is_done("first")


def test_resume_refuses_a_finished_step_of_other_settings(space) -> None:
    follow(Recipe("one", (FIRST,)), space)
    other = replace(FIRST, settings=replace(SETTINGS, seed=9))
    with pytest.raises(DataError, match=r"first holds a bcresnet-1 of other settings.*--out"):
        follow(Recipe("one", (other,)), replace(space, resume=True))


def test_nothing_to_resume_is_said_before_any_data_are_read(tmp_path) -> None:
    space = Workspace(tmp_path / "nowhere", tmp_path, cache=tmp_path, resume=True)
    with pytest.raises(DataError, match=r"nothing to resume: .* of first, second, mean"):
        follow(RECIPE, space)


class TestModelsOfBefore:
    def test_are_found_in_the_folder_of_another_recipe_before_the_shipped_ones(self, tmp_path):
        space = Workspace(tmp_path, tmp_path)
        shipped = MODEL_FOLDER / "two-towers"
        assert space.places("small", ["two-towers"]) == [shipped]
        folder = tmp_path / "two-towers"
        folder.mkdir()
        for suffix in ("json", "safetensors"):
            (folder / f"two-towers.{suffix}").touch()
        assert space.places("small", ["two-towers"]) == [folder / "two-towers"]

    def test_of_its_own_name_a_step_means_the_shipped_one(self, tmp_path) -> None:
        space = Workspace(tmp_path, tmp_path)
        (tmp_path / "ds-resnet").mkdir()
        for suffix in ("json", "safetensors"):
            (tmp_path / "ds-resnet" / f"ds-resnet.{suffix}").touch()
        assert space.places("ds-resnet", ["ds-resnet"]) == [MODEL_FOLDER / "ds-resnet"]

    def test_that_are_missing_are_named_before_any_data_are_read(self, tmp_path) -> None:
        space = Workspace(tmp_path / "nowhere", tmp_path)
        for step in (SECOND, AverageStep("mean", ("first", "x")), JoinStep("both", "first", "x")):
            with pytest.raises(RecipeError, match=f"{step.name} needs the model 'first', which"):
                follow(Recipe("toy", (step,)), space)
        assert not available_models(tmp_path)


def test_a_download_comes_first(space, monkeypatch) -> None:
    fetched: list[Path] = []
    monkeypatch.setattr(run, "download", fetched.append)
    monkeypatch.setattr(run, "train_step", lambda step, workspace: fetched.append(step.name))
    follow(Recipe("toy", (FIRST,)), replace(space, fetch=True))
    assert fetched == [space.data, "first"]

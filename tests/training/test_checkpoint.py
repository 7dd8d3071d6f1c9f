"""Checkpoints: whole or not at all, whatever stops a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from kws_core.errors import DataError, TrainingError
from kws_core.training.checkpoint import Best, Run, load_checkpoint, save_checkpoint
from kws_core.training.optimization import AveragedWeights, TrainingSettings, make_optimizer
from tests.helpers.training_toys import (
    SETTINGS,
    same_weights,
)


def make_run(seed: int, settings: TrainingSettings = SETTINGS) -> Run:
    torch.manual_seed(seed)
    network = nn.Linear(3, 2)
    average = AveragedWeights(network, 0.9)
    return Run(network, average, make_optimizer(network, settings), Best(), settings)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A checkpoint of one epoch."""
    path = tmp_path / "checkpoint.pt"
    save_checkpoint(path, make_run(1), 1)
    return path


def step(run: Run) -> None:
    run.optimizer.zero_grad()
    run.network(torch.ones(4, 3)).square().sum().backward()
    run.optimizer.step()
    run.average.update(run.network)


def full_disk(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Let torch write half a file and fail."""

    def save_half(state: object, path: Path) -> None:
        path.write_bytes(b"half of")
        raise error

    monkeypatch.setattr(torch, "save", save_half)


FULL = OSError(28, "No space left on device")


class TestContent:
    def test_is_all_that_the_next_step_depends_on(self, tmp_path) -> None:
        run, other = make_run(1), make_run(2)
        step(run)
        run.best.consider(0.5, 7, run.average.network)
        save_checkpoint(tmp_path / "checkpoint.pt", run, 7)
        assert load_checkpoint(tmp_path / "checkpoint.pt", other) == 7
        assert (other.best.score, other.best.epoch) == (0.5, 7)
        for part in (run, other):
            step(part)
        assert same_weights(other.network, run.network)
        assert same_weights(other.average.network, run.average.network)

    def test_from_before_a_setting_existed_is_taken_to_have_its_default(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        del state["settings"]["mixup"], state["teacher"], state["best"]
        torch.save(state, path)
        assert load_checkpoint(path, make_run(2)) == 1
        with pytest.raises(DataError, match="other settings"):
            load_checkpoint(path, make_run(2, replace(SETTINGS, mixup=0.4)))


class TestBest:
    def test_keeps_the_weights_of_the_best_epoch_as_they_were(self) -> None:
        network, best = nn.Linear(2, 2), Best()
        for epoch, score in enumerate([0.3, 0.8, 0.5], start=1):
            nn.init.constant_(network.weight, epoch)
            best.consider(score, epoch, network)
        assert (best.epoch, best.score) == (2, 0.8)
        assert best.weights is not None
        assert best.weights["weight"].unique().tolist() == [2.0]

    def test_prefers_the_later_of_two_that_are_as_good(self) -> None:
        best = Best()
        for epoch in (1, 2):
            best.consider(1.0, epoch, nn.Linear(1, 1))
        assert best.epoch == 2


class TestFullDisk:
    @pytest.mark.parametrize(
        "error", [FULL, RuntimeError("PytorchStreamWriter failed writing file data/1")], ids=type
    )
    def test_is_said_with_what_is_left_and_how_to_go_on(self, tmp_path, monkeypatch, error) -> None:
        path = tmp_path / "checkpoint.pt"
        save_checkpoint(path, make_run(1), 4)
        full_disk(monkeypatch, error)
        with pytest.raises(TrainingError, match=r"epoch 5 .*checkpoint\.pt is whole.*--resume"):
            save_checkpoint(path, make_run(2), 5)
        assert load_checkpoint(path, make_run(3)) == 4
        assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]

    def test_before_the_first_checkpoint_leaves_nothing_to_resume(self, tmp_path, monkeypatch):
        full_disk(monkeypatch, FULL)
        with pytest.raises(TrainingError, match=r"No space left.*none from before"):
            save_checkpoint(tmp_path / "checkpoint.pt", make_run(1), 1)
        assert list(tmp_path.iterdir()) == []


class TestWhatIsNoCheckpoint:
    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "is empty"),
            (b"RIFF....WAVE", "can't be read: it is cut, damaged or no checkpoint"),
            (b"\x80\x02]q\x00.", "can't be read|holds a list"),
        ],
        ids=["empty", "sound", "pickle"],
    )
    def test_is_named_with_what_to_do(self, tmp_path, content: bytes, message: str) -> None:
        path = tmp_path / "checkpoint.pt"
        path.write_bytes(content)
        with pytest.raises(DataError, match=rf"checkpoint\.pt.*({message}).*without --resume"):
            load_checkpoint(path, make_run(1))

    def test_may_be_half_of_one(self, path: Path) -> None:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        with pytest.raises(DataError, match=r"cut, damaged.*without --resume"):
            load_checkpoint(path, make_run(1))

    @pytest.mark.parametrize("state", [[1, 2], {"weights": 1}, {"settings": [1]}, torch.ones(2)])
    def test_may_be_something_else_that_torch_saved(self, tmp_path, state: object) -> None:
        path = tmp_path / "checkpoint.pt"
        torch.save(state, path)
        with pytest.raises(DataError, match=r"no checkpoint.*without --resume"):
            load_checkpoint(path, make_run(1))

    @pytest.mark.parametrize("part", ["average", "optimizer", "best", "epoch", "average_steps"])
    def test_may_be_one_whose_parts_do_not_fit(self, path: Path, part: str) -> None:
        torch.save(torch.load(path, weights_only=True) | {part: {"x": torch.ones(2)}}, path)
        with pytest.raises(DataError, match=r"is damaged.*without --resume"):
            load_checkpoint(path, make_run(1))

    def test_of_another_run_names_the_settings_that_differ(self, path: Path) -> None:
        other = make_run(1, replace(SETTINGS, seed=77))
        with pytest.raises(DataError, match=rf"seed is {SETTINGS.seed} there and 77 here\. Start"):
            load_checkpoint(path, other)

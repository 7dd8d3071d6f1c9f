"""The logs of a run: lines of JSON, and trackers, of which a stand-in plays the package."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from kws_core.errors import TrainingError
from kws_core.training.loop import train
from kws_core.training.run_log import JsonLog, make_run_logs, read_history
from tests.helpers.training_toys import SETTINGS, small_network, toy_batches, toy_clips


def epochs_of(path: Path) -> list[int]:
    return [json.loads(line)["epoch"] for line in path.read_text().splitlines()]


class Writer:
    """Stands in for TensorBoard's SummaryWriter."""

    made: list[Writer] = []  # noqa: RUF012

    def __init__(self, folder: str, purge_step: int) -> None:
        self.folder, self.purge_step = folder, purge_step
        self.scalars: list[tuple[str, float, int]] = []
        self.texts: list[str] = []
        self.closed = False
        self.made.append(self)

    def add_text(self, tag: str, text: str, step: int) -> None:
        self.texts.append(text)

    def add_scalar(self, tag: str, value: float, step: int) -> None:
        self.scalars.append((tag, value, step))

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def tensorboard(monkeypatch: pytest.MonkeyPatch) -> list[Writer]:
    module: Any = ModuleType("torch.utils.tensorboard")
    module.SummaryWriter = Writer
    monkeypatch.setattr(Writer, "made", [])
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", module)
    return Writer.made


@pytest.fixture
def wandb(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """What the stand-in for wandb was told."""
    told = SimpleNamespace(init=None, logged=[], finished=False)

    def init(**options: object) -> SimpleNamespace:
        told.init = options
        return SimpleNamespace(
            log=lambda figures, step: told.logged.append((step, figures)),
            finish=lambda: setattr(told, "finished", True),
        )

    module: Any = ModuleType("wandb")
    module.init = init
    monkeypatch.setitem(sys.modules, "wandb", module)
    return told


def test_the_history_is_the_logs_figures_rounded_and_none_where_there_were_no_clips(
    tmp_path: Path,
) -> None:
    assert read_history(tmp_path) == []
    log = JsonLog()
    log.start(tmp_path, {}, 0)
    log.write(1, {"loss": 1 / 3, "picture": float("nan")})
    log.write(2, {"loss": 0.25, "picture": 1.0})
    log.close()
    assert read_history(tmp_path) == [
        {"epoch": 1, "loss": 0.33333, "picture": None},
        {"epoch": 2, "loss": 0.25, "picture": 1.0},
    ]


class TestJsonLog:
    def write(self, out: Path, epochs: range, first_epoch: int = 0) -> None:
        log = JsonLog()
        log.start(out, {}, first_epoch)
        for epoch in epochs:
            log.write(epoch, {"loss": 1 / epoch})
        log.close()

    def test_holds_a_line_of_figures_an_epoch(self, tmp_path) -> None:
        self.write(tmp_path, range(1, 3))
        lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
        assert lines == [{"epoch": 1, "loss": 1.0}, {"epoch": 2, "loss": 0.5}]

    def test_of_a_new_run_has_nothing_of_the_one_before(self, tmp_path) -> None:
        self.write(tmp_path, range(1, 6))
        self.write(tmp_path, range(1, 3))
        assert epochs_of(tmp_path / "log.jsonl") == [1, 2]

    def test_of_a_resumed_run_has_every_epoch_once(self, tmp_path) -> None:
        """Also where the epoch was written but its checkpoint was not, or half a line was."""
        self.write(tmp_path, range(1, 4))
        with (tmp_path / "log.jsonl").open("a") as file:
            file.write('{"epoch": 4, "lo')
        self.write(tmp_path, range(3, 5), first_epoch=2)
        assert epochs_of(tmp_path / "log.jsonl") == [1, 2, 3, 4]


class TestTrackers:
    def test_none_is_asked_for_by_default(self) -> None:
        assert [type(log) for log in make_run_logs()] == [JsonLog]

    @pytest.mark.parametrize("name", ["tensorboard", "wandb"])
    def test_a_missing_package_is_named_with_how_to_get_it(self, name: str, monkeypatch) -> None:
        monkeypatch.setitem(sys.modules, name, None)
        monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
        with pytest.raises(TrainingError, match=rf"--log {name}.*pip install {name}"):
            make_run_logs(name)

    def test_tensorboard_gets_a_point_for_every_figure(self, tensorboard, tmp_path) -> None:
        log = make_run_logs("tensorboard")[1]
        log.start(tmp_path, {"seed": 5}, first_epoch=3)
        log.write(4, {"loss": 0.5, "accuracy": 0.9})
        log.close()
        [writer] = tensorboard
        assert writer.folder == str(tmp_path / "tensorboard")
        assert writer.purge_step == 4
        assert writer.scalars == [("loss", 0.5, 4), ("accuracy", 0.9, 4)]
        assert json.loads(writer.texts[0]) == {"seed": 5}
        assert writer.closed

    def test_wandb_gets_the_settings_and_the_figures(self, wandb, tmp_path) -> None:
        log = make_run_logs("wandb")[1]
        log.start(tmp_path / "night", {"seed": 5}, first_epoch=3)
        log.write(4, {"loss": 0.5})
        log.close()
        assert wandb.init["name"] == "night"
        assert wandb.init["config"] == {"seed": 5, "first_epoch": 3}
        assert wandb.logged == [(4, {"loss": 0.5})]
        assert wandb.finished

    def test_follow_a_run_epoch_by_epoch(self, tensorboard, tmp_path) -> None:
        """Loss, learning rate and validation; among them the clips that are watched beside it."""
        settings = SETTINGS.__class__(epochs=2, clips_per_epoch=12, batch_size=12)
        logs = make_run_logs("tensorboard")
        given = (small_network(), toy_batches(), toy_clips(2, 9), settings, tmp_path)
        train(*given, rare=toy_clips(1, seed=4), logs=logs)
        [writer] = tensorboard
        assert {step for _, _, step in writer.scalars} == {1, 2}
        assert {tag for tag, _, _ in writer.scalars} == {
            *("loss", "learning_rate", "accuracy", "macro", "audio", "picture", "rare", "seconds")
        }
        assert writer.closed
        assert epochs_of(tmp_path / "log.jsonl") == [1, 2]

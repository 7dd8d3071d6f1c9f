"""The training loop: that words are learnt, and that a stopped run loses nothing."""

import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from kws_core.errors import DataError, TrainingError
from kws_core.labels import LABELS
from kws_core.models.ds_resnet import DSResNet
from kws_core.training import loop
from kws_core.training.batches.log_mel import BatchMaker
from kws_core.training.dataset.clips import Clips
from kws_core.training.loop import Trained, train
from kws_core.training.validation import Validation, validate
from tests.helpers.training_toys import (
    SETTINGS,
    Stopping,
    log_of,
    same_weights,
    small_network,
    toy_batches,
    toy_clips,
)


@pytest.fixture(scope="module")
def batches() -> BatchMaker:
    return toy_batches()


@pytest.fixture(scope="module")
def run(batches, tmp_path_factory) -> tuple[Path, Trained]:
    out = tmp_path_factory.mktemp("run")
    settings = replace(SETTINGS, epochs=5, clips_per_epoch=120)
    return out, train(small_network(), batches, toy_clips(6, seed=9), settings, out)


@pytest.fixture(scope="module")
def whole(batches, tmp_path_factory) -> tuple[Path, Trained]:
    """A run that was never stopped."""
    out = tmp_path_factory.mktemp("whole")
    return out, train(small_network(), batches, toy_clips(3, seed=9), SETTINGS, out)


@pytest.mark.slow
class TestTraining:
    def test_the_loss_falls_and_the_words_are_learnt(self, run) -> None:
        out, (network, _) = run
        losses = [line["loss"] for line in log_of(out)]
        assert losses[-1] < 0.6 * losses[0]
        assert not network.training
        result = validate(network, toy_clips(10, seed=77))
        assert result.accuracy > 0.9

    def test_every_epoch_is_logged_with_its_validation(self, run) -> None:
        out, (network, epoch) = run
        lines = log_of(out)
        assert [line["epoch"] for line in lines] == [1, 2, 3, 4, 5]
        found = asdict(validate(network, toy_clips(6, seed=9)))
        assert {key: lines[epoch - 1][key] for key in found} == found
        assert lines[-1]["learning_rate"] < lines[0]["learning_rate"]

    def test_runs_with_the_channels_innermost_and_gives_back_the_ordinary_order(
        self, batches, tmp_path
    ) -> None:
        """Which is what makes it quick on a CPU; safetensors takes only the ordinary order."""
        network = small_network()
        strides: list[tuple[int, ...]] = []
        network.blocks.register_forward_hook(
            lambda module, _, out: strides.append(out.stride()) if module.training else None
        )
        settings = replace(SETTINGS, epochs=1, clips_per_epoch=12)
        trained, _ = train(network, batches, toy_clips(2, seed=9), settings, tmp_path)
        assert [stride[1] for stride in strides] == [1]
        assert all(weight.is_contiguous() for weight in trained.state_dict().values())

    def test_a_loss_that_is_no_number_stops_it_before_the_checkpoint(self, tmp_path) -> None:
        broken = toy_batches()
        broken.words.log_mel[:] = math.nan
        settings = replace(SETTINGS, epochs=1, clips_per_epoch=12)
        with pytest.raises(TrainingError, match=r"no number any more in epoch 1.*learning_rate"):
            train(small_network(), broken, toy_clips(2, seed=9), settings, tmp_path)
        assert not (tmp_path / "checkpoint.pt").exists()

    def test_rare_recordings_are_counted_and_shown_beside_the_others(
        self, batches, tmp_path, capsys
    ) -> None:
        settings = replace(SETTINGS, epochs=1, clips_per_epoch=12)
        rare = toy_clips(3, seed=8).select(np.arange(3))  # of the first word
        given = (small_network(), batches, toy_clips(2, 9), settings, tmp_path)
        trained, _ = train(*given, rare=rare)
        [line] = log_of(tmp_path)
        assert line["rare"] == validate(trained, rare).accuracy
        assert f"rare recordings {line['rare']:.2%}" in capsys.readouterr().out


class TestKeeping:
    """Which epoch's averaged weights come back."""

    SETTINGS = replace(SETTINGS, epochs=3, clips_per_epoch=24)

    @pytest.fixture
    def scores(self, monkeypatch) -> list[float]:
        """Make validation find the second of three epochs best."""
        left = [0.2, 0.9, 0.4]

        def validate(network: nn.Module, clips: Clips) -> Validation:
            return Validation(*[left.pop(0)] * 4)

        monkeypatch.setattr(loop, "validate", validate)
        return left

    def train(self, batches, out: Path, **options: object) -> Trained:
        settings = replace(self.SETTINGS, **options)
        return train(small_network(), batches, toy_clips(2, 9), settings, out)

    def test_is_the_best_on_validation(self, batches, tmp_path, scores) -> None:
        trained = self.train(batches, tmp_path)
        assert trained.epoch == 2
        state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
        assert same_weights(trained.network, state["best"]["weights"])
        assert not same_weights(trained.network, state["average"])

    def test_is_the_last_if_asked(self, batches, tmp_path, scores) -> None:
        trained = self.train(batches, tmp_path, keep="last")
        assert trained.epoch == 3
        state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
        assert same_weights(trained.network, state["average"])

    def test_is_still_the_best_after_resuming(self, batches, tmp_path, scores) -> None:
        given = (Stopping(batches, after=5), toy_clips(2, 9), self.SETTINGS, tmp_path)
        with pytest.raises(KeyboardInterrupt):
            train(small_network(), *given)
        given = (batches, toy_clips(2, 9), self.SETTINGS, tmp_path)
        assert train(small_network(3), *given, resume=True).epoch == 2


class TestResuming:
    @pytest.mark.parametrize("after", [4, 6, 11], ids=lambda n: f"stopped after {n} of 12 steps")
    def test_gives_bit_for_bit_the_weights_of_a_run_never_stopped(
        self, whole, batches, tmp_path, after
    ) -> None:
        validation = toy_clips(3, seed=9)
        with pytest.raises(KeyboardInterrupt):
            train(small_network(), Stopping(batches, after), validation, SETTINGS, tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"checkpoint.pt", "log.jsonl"}
        # Another start: everything has to come from the checkpoint.
        resumed = train(small_network(99), batches, validation, SETTINGS, tmp_path, resume=True)
        assert resumed.epoch == whole[1].epoch
        assert same_weights(resumed.network, whole[1].network)
        assert log_of(tmp_path) == log_of(whole[0])

    def test_of_a_finished_run_returns_its_weights(self, whole, batches) -> None:
        out, trained = whole
        again = train(small_network(5), batches, toy_clips(3, seed=9), SETTINGS, out, resume=True)
        assert again.epoch == trained.epoch
        assert same_weights(again.network, trained.network)
        assert [line["epoch"] for line in log_of(out)] == [1, 2, 3]

    def test_without_a_checkpoint_is_refused(self, batches, tmp_path) -> None:
        with pytest.raises(DataError, match=r"nothing to resume.*checkpoint\.pt"):
            train(small_network(), batches, toy_clips(3, 9), SETTINGS, tmp_path, resume=True)

    def test_of_another_network_is_refused(self, whole, batches) -> None:
        other = DSResNet(len(LABELS), n_channels=8, kernel_sizes=(5,))
        with pytest.raises(DataError, match="another network"):
            train(other, batches, toy_clips(3, 9), SETTINGS, whole[0], resume=True)

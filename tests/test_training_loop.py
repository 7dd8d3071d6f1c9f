"""The training loop: its schedule, its averages, and that a stopped run loses nothing."""

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

pytest.importorskip("pyarrow", reason="training data are Parquet files")

from kws_core.errors import DataError
from kws_core.features import LogMelConfig
from kws_core.labels import LABELS
from kws_core.models.ds_resnet import DSResNet
from kws_core.training.batches import AugmentSettings, BatchMaker
from kws_core.training.data import Clips, Stream, TrainingData
from kws_core.training.loop import (
    AveragedWeights,
    TrainingSettings,
    fit_temperature,
    learning_rate_at,
    predict_logits,
    train,
    validate,
)

CONFIG = LogMelConfig()
WORDS = ("yes", "no", "up")
SETTINGS = TrainingSettings(
    epochs=3, clips_per_epoch=48, batch_size=12, learning_rate=0.01, average_decay=0.9
)


pytestmark = pytest.mark.usefixtures("one_thread")


def toy_clips(n: int, seed: int) -> Clips:
    """`n` clips of each word, a bar in a band of its own; half of them only pictures."""
    rng = np.random.default_rng(seed)
    log_mel = rng.normal(-9, 1, (n * len(WORDS), 40, 98)).astype(np.float16)
    target = np.repeat([LABELS.index(word) for word in WORDS], n)
    for row, label in enumerate(target):
        band = 5 + 12 * WORDS.index(LABELS[label])
        log_mel[row, band : band + 5, 30:70] += 10
    return Clips(
        log_mel,
        np.full(len(target), 98, np.int16),
        target.astype(np.int16),
        np.array([f"s{seed}-{row}" for row in range(len(target))]),
        np.arange(len(target)) % 2 == 0,
    )


def small_network(seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    return DSResNet(len(LABELS), n_channels=16, kernel_sizes=(5,), n_embedding=16)


@pytest.fixture(scope="module")
def batches() -> BatchMaker:
    noise = Stream("rain", np.random.default_rng(2).normal(-9, 1, (40, 300)).astype(np.float16))
    data = TrainingData(toy_clips(8, seed=1), [noise], [noise])
    mild = AugmentSettings(reverb_share=0.0, snr_db=(10.0, 30.0), gain_db=(-3.0, 3.0))
    return BatchMaker(data, CONFIG, mild)


@pytest.fixture(scope="module")
def run(batches, tmp_path_factory) -> tuple[Path, nn.Module]:
    out = tmp_path_factory.mktemp("run")
    settings = replace(SETTINGS, epochs=5, clips_per_epoch=120)
    return out, train(small_network(), batches, toy_clips(6, seed=9), settings, out)


@pytest.fixture(scope="module")
def whole(batches, tmp_path_factory) -> tuple[Path, nn.Module]:
    """A run that was never stopped."""
    out = tmp_path_factory.mktemp("whole")
    return out, train(small_network(), batches, toy_clips(3, seed=9), SETTINGS, out)


class Stopping:
    """Batches that end with Ctrl-C after so many."""

    def __init__(self, batches: BatchMaker, after: int) -> None:
        self.batches, self.left = batches, after

    def batch(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        if self.left == 0:
            raise KeyboardInterrupt
        self.left -= 1
        return self.batches.batch(size, generator)


def log_of(folder: Path) -> list[dict]:
    lines = (folder / "log.jsonl").read_text().splitlines()
    return [{k: v for k, v in json.loads(line).items() if k != "seconds"} for line in lines]


class TestLearningRate:
    SETTINGS = TrainingSettings(learning_rate=0.4, warm_up=0.1)

    def test_rises_in_a_line_then_falls_along_half_a_cosine(self) -> None:
        rates = [learning_rate_at(step, 100, self.SETTINGS) for step in range(100)]
        assert rates[:10] == pytest.approx([0.04 * (step + 1) for step in range(10)])
        for step in (10, 32, 55, 99):
            wanted = 0.2 * (1 + math.cos(math.pi * (step - 10) / 90))
            assert rates[step] == pytest.approx(wanted)

    def test_is_highest_after_the_warm_up_and_ends_near_zero(self) -> None:
        rates = [learning_rate_at(step, 100, self.SETTINGS) for step in range(100)]
        assert max(rates) == rates[9] == rates[10] == pytest.approx(0.4)
        assert 0 < rates[99] < 0.001
        assert sorted(rates[10:], reverse=True) == rates[10:]

    @pytest.mark.parametrize("n_steps", [1, 2])
    def test_is_never_more_than_asked_for_in_a_short_run(self, n_steps: int) -> None:
        for step in range(n_steps):
            assert 0 < learning_rate_at(step, n_steps, self.SETTINGS) <= 0.4


class TestTraining:
    def test_the_loss_falls_and_the_words_are_learnt(self, run) -> None:
        out, network = run
        losses = [line["loss"] for line in log_of(out)]
        assert losses[-1] < 0.6 * losses[0]
        result = validate(network, toy_clips(10, seed=77))
        assert result.accuracy > 0.9

    def test_every_epoch_is_logged_with_its_validation(self, run) -> None:
        out, network = run
        lines = log_of(out)
        assert [line["epoch"] for line in lines] == [1, 2, 3, 4, 5]
        last = asdict(validate(network, toy_clips(6, seed=9)))
        assert {key: lines[-1][key] for key in last} == last

    def test_what_comes_back_is_ready_for_use(self, run) -> None:
        assert not run[1].training

    def test_starts_a_log_of_its_own(self, batches, tmp_path: Path) -> None:
        settings = replace(SETTINGS, epochs=1, clips_per_epoch=12)
        for _ in range(2):
            train(small_network(), batches, toy_clips(2, seed=9), settings, tmp_path)
        assert [line["epoch"] for line in log_of(tmp_path)] == [1]

    def test_no_half_written_checkpoint_is_left(self, run) -> None:
        assert sorted(path.name for path in run[0].iterdir()) == ["checkpoint.pt", "log.jsonl"]


class TestResuming:
    @pytest.mark.parametrize("after", [4, 6, 11], ids=lambda n: f"stopped after {n} of 12 steps")
    def test_gives_bit_for_bit_the_weights_of_a_run_never_stopped(
        self, whole, batches, tmp_path, after
    ) -> None:
        validation = toy_clips(3, seed=9)
        with pytest.raises(KeyboardInterrupt):
            train(small_network(), Stopping(batches, after), validation, SETTINGS, tmp_path)
        # Another start: everything has to come from the checkpoint.
        resumed = train(small_network(99), batches, validation, SETTINGS, tmp_path, resume=True)
        wanted = whole[1].state_dict()
        found = resumed.state_dict()
        assert found.keys() == wanted.keys()
        assert all(torch.equal(found[name], wanted[name]) for name in wanted)
        assert log_of(tmp_path) == log_of(whole[0])

    def test_of_a_finished_run_returns_its_weights(self, whole, batches) -> None:
        out, network = whole
        again = train(small_network(5), batches, toy_clips(3, seed=9), SETTINGS, out, resume=True)
        for name, value in network.state_dict().items():
            assert torch.equal(again.state_dict()[name], value)

    def test_without_a_checkpoint_is_refused(self, batches, tmp_path) -> None:
        with pytest.raises(DataError, match=r"nothing to resume.*checkpoint\.pt"):
            train(small_network(), batches, toy_clips(3, 9), SETTINGS, tmp_path, resume=True)

    def test_with_other_settings_is_refused(self, whole, batches) -> None:
        other = replace(SETTINGS, learning_rate=0.02)
        with pytest.raises(DataError, match="other settings"):
            train(small_network(), batches, toy_clips(3, 9), other, whole[0], resume=True)

    def test_from_a_damaged_checkpoint_is_refused(self, batches, tmp_path) -> None:
        (tmp_path / "checkpoint.pt").write_bytes(b"PK half of a file")
        with pytest.raises(DataError, match=r"checkpoint\.pt can't be read"):
            train(small_network(), batches, toy_clips(3, 9), SETTINGS, tmp_path, resume=True)

    def test_of_another_network_is_refused(self, whole, batches) -> None:
        other = DSResNet(len(LABELS), n_channels=8, kernel_sizes=(5,))
        with pytest.raises(DataError, match="another network"):
            train(other, batches, toy_clips(3, 9), SETTINGS, whole[0], resume=True)


class TestAveragedWeights:
    def test_move_by_one_less_the_decay_which_grows_to_the_one_given(self) -> None:
        network = nn.Linear(1, 1, bias=False)
        nn.init.zeros_(network.weight)
        average = AveragedWeights(network, decay=0.5)
        nn.init.ones_(network.weight)
        distance = 1.0
        for step in range(1, 12):
            average.update(network)
            distance *= min(0.5, (1 + step) / (10 + step))
            assert average.network.weight.item() == pytest.approx(1 - distance, abs=1e-6)

    def test_copy_whole_numbers_and_leave_the_network_alone(self) -> None:
        network = nn.BatchNorm1d(2)
        average = AveragedWeights(network, decay=0.9)
        network(torch.randn(5, 2))
        before = {name: value.clone() for name, value in network.state_dict().items()}
        average.update(network)
        assert int(average.network.num_batches_tracked) == 1
        assert all(torch.equal(network.state_dict()[name], before[name]) for name in before)
        assert not any(weight.requires_grad for weight in average.network.parameters())


class Answers(nn.Module):
    """Gives set answers; remembers the pictures it was asked about."""

    def __init__(self, labels: list[int]) -> None:
        super().__init__()
        self.labels, self.asked = labels, []

    def forward(self, log_mel: Tensor) -> Tensor:
        done = sum(map(len, self.asked))
        self.asked.append(log_mel)
        labels = torch.tensor(self.labels[done : done + len(log_mel)])
        return nn.functional.one_hot(labels, len(LABELS)).float()


class TestValidation:
    def test_counts_clips_words_recordings_and_pictures(self) -> None:
        clips = toy_clips(4, seed=0)  # 4 each of yes, no, up; every second one is a picture
        answers = clips.target.astype(int).tolist()
        answers[0] = answers[1] = answers[2] = LABELS.index("dog")
        answers[4] = LABELS.index("dog")
        result = validate(Answers(answers), clips)
        assert result.accuracy == pytest.approx(8 / 12)
        assert result.macro == pytest.approx((1 / 4 + 3 / 4 + 1) / 3)
        assert result.picture == pytest.approx(3 / 6)
        assert result.audio == pytest.approx(5 / 6)

    def test_has_no_figure_for_what_there_is_none_of(self) -> None:
        clips = toy_clips(2, seed=0)
        pictures = clips.select(clips.is_picture)
        result = validate(Answers(pictures.target.astype(int).tolist()), pictures)
        assert math.isnan(result.audio)
        assert result.picture == 1.0

    def test_hears_each_clip_in_the_middle_of_its_second(self) -> None:
        clips = toy_clips(1, seed=0)
        length = np.array([98, 50, 51], np.int16)
        log_mel = clips.log_mel.copy()
        for row in range(3):
            log_mel[row, :, length[row] :] = CONFIG.log_floor
        short = replace(clips, log_mel=log_mel, length=length)
        network = Answers([0, 0, 0])
        predict_logits(network, short, batch_size=2)
        heard = torch.cat(network.asked)
        for row, before in enumerate([0, 24, 23]):
            kept = heard[row, :, before : before + length[row]]
            wanted = torch.from_numpy(log_mel[row, :, : length[row]]).float()
            assert torch.equal(kept, wanted)
            assert heard[row, :, :before].lt(CONFIG.log_floor + 0.01).all()
            assert heard[row, :, before + length[row] :].lt(CONFIG.log_floor + 0.01).all()


class TestTemperature:
    @pytest.mark.parametrize("temperature", [0.3, 1.0, 3.0])
    def test_is_what_the_logits_were_sharpened_by(self, temperature: float) -> None:
        generator = torch.Generator().manual_seed(4)
        honest = 2 * torch.randn(6000, len(LABELS), generator=generator)
        target = torch.multinomial(honest.softmax(dim=1), 1, generator=generator)[:, 0].numpy()
        assert fit_temperature(temperature * honest, target) == pytest.approx(temperature, rel=0.06)

    def test_makes_the_labels_likelier_than_any_other(self) -> None:
        generator = torch.Generator().manual_seed(5)
        logits = 4 * torch.randn(500, len(LABELS), generator=generator)
        target = torch.where(
            torch.rand(500, generator=generator) < 0.8, logits.argmax(dim=1), torch.tensor(3)
        )
        best = fit_temperature(logits, target.numpy())

        def loss(temperature: float) -> float:
            return float(nn.functional.cross_entropy(logits / temperature, target))

        assert loss(best) <= min(loss(0.9 * best), loss(1.1 * best), loss(1.0))

    def test_can_be_fitted_to_logits_made_for_inference(self) -> None:
        clips = toy_clips(2, seed=0)
        logits = predict_logits(small_network(), clips)
        assert fit_temperature(logits, clips.target) > 0

"""Distillation: the law of the loss, and who may teach whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from kws_core.errors import DataError, ModelError
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.labels import LABELS, WORDS
from kws_core.models import ModelCard, build_model, save_model
from kws_core.models.store import LoadedModel
from kws_core.training.distillation import DistillationSettings, Teacher, load_teacher
from kws_core.training.loop import train
from tests.helpers.training_toys import (
    SETTINGS,
    small_network,
    toy_batches,
    toy_clips,
)

CARD = ModelCard("big", "ds-resnet", LABELS, {}, 0, sha256="abc")


class Fixed(nn.Module):
    """Answers with these logits; remembers what it was asked."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits, self.asked = logits, []

    def forward(self, inputs: Tensor) -> Tensor:
        self.asked.append(inputs)
        return self.logits[: len(inputs)]


def teacher_of(network: nn.Module, **settings: float) -> Teacher:
    return Teacher([LoadedModel(network, LogMel(), CARD)], DistillationSettings(**settings))


def words(n: int) -> Tensor:
    """Targets of `n` clips of the first words, (n, 37)."""
    return nn.functional.one_hot(torch.arange(n), len(LABELS)).float()


def random(*shape: int, seed: int) -> Tensor:
    return 3 * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with saved models, some of which fit."""
    folder = tmp_path_factory.mktemp("teachers")
    torch.manual_seed(3)
    for name, labels, config in (
        ("big", LABELS, LogMelConfig()),
        ("second", LABELS, LogMelConfig()),
        ("fewer", WORDS, LogMelConfig()),
        ("wide", LABELS, LogMelConfig(f_max=7600.0)),
    ):
        network = build_model("ds-resnet", len(labels)).eval()
        save_model(folder, replace(CARD, name=name, labels=labels), network, LogMel(config))
    return folder


class TestLoss:
    @pytest.mark.parametrize(("weight", "temperature"), [(0.7, 2.0), (0.25, 5.0), (1.0, 1.0)])
    def test_is_the_sum_of_hinton_et_al(self, weight: float, temperature: float) -> None:
        """Written out: (1 - a) CE + a T^2 sum_k p_k ln(p_k / q_k), mean over the batch."""
        wanted, logits = random(6, 37, seed=1).double(), random(6, 37, seed=2).double()
        teacher = teacher_of(Fixed(wanted), weight=weight, temperature=temperature)
        p = torch.softmax(wanted / temperature, dim=1)
        q = torch.softmax(logits / temperature, dim=1)
        divergence = (p * (p / q).log()).sum(dim=1).mean()
        law = (1 - weight) * 1.5 + weight * temperature**2 * divergence
        found = teacher.loss(torch.zeros(6, 40, 98), logits, words(6), torch.full((6,), 1.5))
        assert found.item() == pytest.approx(law.item(), rel=1e-6)

    def test_of_what_is_no_word_is_that_of_the_labels_alone(self) -> None:
        """Half a word, as mixup makes one, has half the teacher."""
        wanted, logits = random(4, 37, seed=1), random(4, 37, seed=2)
        teacher = teacher_of(Fixed(wanted), weight=0.8)
        target, label_loss = words(4), torch.arange(1.0, 5.0)
        target[1], target[2] = 0.0, 0.0
        target[1, LABELS.index("_unknown_")] = 1.0
        target[2, LABELS.index("_silence_")] = 1.0
        target[3] = 0.5 * target[3] + 0.5 * target[1]

        def loss(row: int) -> float:
            one = slice(row, row + 1)
            teacher.network.logits = wanted[one]
            given = (torch.zeros(1, 40, 98), logits[one], target[one], label_loss[one])
            return float(teacher.loss(*given))

        assert (loss(1), loss(2)) == pytest.approx((2.0, 3.0))
        p, q = torch.softmax(wanted[3] / 2, dim=0), torch.softmax(logits[3] / 2, dim=0)
        divergence = float((p * (p / q).log()).sum())
        assert loss(3) == pytest.approx(0.6 * 4.0 + 0.4 * 2.0**2 * divergence, rel=1e-5)

    def test_of_several_teachers_their_mean_log_posterior_counts(self) -> None:
        """Whatever each adds to all of its logits is no opinion, and does not count."""
        one, other = random(5, len(LABELS), seed=1), random(5, len(LABELS), seed=2)
        settings = DistillationSettings(1.0, 2.0)
        models = [LoadedModel(Fixed(logits), LogMel(), CARD) for logits in (one + 7.0, other)]
        logits = random(5, len(LABELS), seed=3)
        given = (torch.zeros(5, 40, 98), logits, words(5), torch.zeros(5))
        found = Teacher(models, settings).loss(*given)
        mean = (one.log_softmax(dim=1) + other.log_softmax(dim=1)) / 2
        assert found.item() == pytest.approx(
            teacher_of(Fixed(mean), weight=1.0).loss(*given).item()
        )


class TestTargets:
    def test_learnt_like_labels_they_pull_as_the_loss_does(self) -> None:
        """At T = 1 the divergence and the cross-entropy differ by what the student can't change."""
        target = words(6)
        target[5] = nn.functional.one_hot(torch.tensor(36), len(LABELS)).float()  # is no word
        teacher = teacher_of(Fixed(random(6, len(LABELS), seed=1)), weight=0.6, temperature=1.0)
        inputs, pulls = torch.zeros(6, 40, 98), []
        for by_targets in (True, False):
            logits = random(6, len(LABELS), seed=2).requires_grad_()
            label_loss = nn.functional.cross_entropy(logits, target, reduction="none")
            if by_targets:
                loss = nn.functional.cross_entropy(logits, teacher.targets(inputs, target))
            else:
                loss = teacher.loss(inputs, logits, target, label_loss)
            pulls += torch.autograd.grad(loss, logits)
        torch.testing.assert_close(*pulls)

    def test_sum_to_one_and_leave_alone_what_is_no_word(self) -> None:
        target = words(4)
        target[3] = nn.functional.one_hot(torch.tensor(36), len(LABELS)).float()
        found = teacher_of(Fixed(random(4, len(LABELS), seed=1)), weight=0.9).targets(
            torch.zeros(4, 40, 98), target
        )
        torch.testing.assert_close(found.sum(dim=1), torch.ones(4))
        assert torch.equal(found[3], target[3])
        assert found[:3].max(dim=1).values.lt(1).all()


class TestTeaching:
    def test_the_teacher_hears_the_very_batches_of_the_student(self, tmp_path) -> None:
        heard: list[Tensor] = []
        student = small_network()
        student.register_forward_pre_hook(
            lambda module, given: heard.append(given[0]) if module.training else None
        )
        teacher = teacher_of(Fixed(torch.zeros(12, 37)))
        settings = replace(SETTINGS, epochs=1)
        train(student, toy_batches(), toy_clips(2, 9), settings, tmp_path, teacher=teacher)
        assert len(teacher.network.asked) == len(heard) == settings.steps_per_epoch
        assert all(a is b for a, b in zip(teacher.network.asked, heard, strict=True))

    def test_a_student_comes_to_agree_with_a_teacher_who_knows_other_words(self, tmp_path) -> None:
        """The teacher calls everything "wow", and counts alone."""
        wow = LABELS.index("wow")
        opinion = 8 * nn.functional.one_hot(torch.full((12,), wow), len(LABELS)).float()
        teacher = teacher_of(Fixed(opinion), weight=1.0)
        settings = replace(SETTINGS, clips_per_epoch=96, learning_rate=0.02, keep="last")
        student, _ = train(
            *(small_network(), toy_batches(), toy_clips(2, 9), settings, tmp_path), teacher=teacher
        )
        log_mel = torch.from_numpy(toy_clips(2, seed=5).log_mel).float()
        assert student(log_mel).argmax(dim=1).eq(wow).all()

    def test_is_resumed_with_the_same_teacher_only(self, folder, tmp_path) -> None:
        settings = replace(SETTINGS, epochs=1, clips_per_epoch=12)
        given = (small_network(), toy_batches(), toy_clips(2, 9), settings, tmp_path)
        teacher = load_teacher([folder / "big"], LABELS, LogMel())
        train(*given, teacher=teacher)
        train(*given, teacher=teacher, resume=True)
        with pytest.raises(DataError, match=r"another teacher.*big"):
            train(*given, resume=True)


class TestLoading:
    def test_gives_a_network_for_inference(self, folder) -> None:
        teacher = load_teacher([folder / "big"], LABELS, LogMel(), DistillationSettings(0.5, 3.0))
        assert not teacher.network.training
        assert not any(weight.requires_grad for weight in teacher.network.parameters())
        description = teacher.description()
        assert (description["teacher"], description["weight"]) == ("big", 0.5)
        assert description["temperature"] == 3.0
        assert len(description["sha256"]) == 64

    def test_of_several_names_them_all(self, folder) -> None:
        teacher = load_teacher([folder / "big", folder / "second"], LABELS, LogMel())
        assert teacher.description()["teacher"] == "big, second"
        assert len(set(teacher.description()["sha256"].split(", "))) == 2
        assert not any(module.training for module in teacher.network.modules())

    @pytest.mark.parametrize(
        ("names", "message"),
        [
            (["big", "wide"], "wide can't teach this network.*front end differs in f_max"),
            (["fewer"], r"35 labels.*not the 37"),
            (["huge"], "There is no model 'huge'"),
        ],
    )
    def test_refuses_what_does_not_fit(self, folder, names: list[str], message: str) -> None:
        with pytest.raises(ModelError, match=message):
            load_teacher([folder / name for name in names], LABELS, LogMel())

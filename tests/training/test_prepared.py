"""Clips drawn beforehand: what lies ready, how it is drawn from, and when it is used again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Generator, Tensor, nn

from kws_core.errors import DataError
from kws_core.features.front_ends import LogMel
from kws_core.labels import LABELS
from kws_core.models import ModelCard
from kws_core.models.store import LoadedModel
from kws_core.training.distillation import DistillationSettings, Teacher
from kws_core.training.prepared import PreparedClips, prepare

ABOUT = {"seed": 5, "augmentation": "mild"}


class Counting:
    """Batches of random pictures of the first word; counts how many were asked for."""

    def __init__(self) -> None:
        self.n = 0

    def batch(self, size: int, generator: Generator) -> tuple[Tensor, Tensor]:
        self.n += 1
        first = torch.zeros(size, dtype=torch.long)
        inputs = torch.randn(size, 40, 98, generator=generator)
        return inputs, nn.functional.one_hot(first, len(LABELS)).float()


class Sum(nn.Module):
    """Finds the second word the likelier, the larger the sum of a picture."""

    def forward(self, inputs: Tensor) -> Tensor:
        logits = torch.zeros(len(inputs), len(LABELS))
        logits[:, 1] = inputs.sum(dim=(1, 2)) / 50
        return logits


def teacher(weight: float = 0.5) -> Teacher:
    card = ModelCard("sum", "ds-resnet", LABELS, {}, 0, sha256="abc")
    return Teacher([LoadedModel(Sum(), LogMel(), card)], DistillationSettings(weight, 1.0))


def prepared(folder: Path, source: Counting | None = None, **given: Any) -> PreparedClips:
    guide = given.pop("teacher", None)
    return prepare(source or Counting(), 4, 8, guide, folder, ABOUT, **given)


def test_clips_are_those_of_the_source(tmp_path: Path) -> None:
    clips = prepared(tmp_path)
    expected, _ = Counting().batch(8, torch.Generator().manual_seed(5))
    assert clips.inputs.shape == (32, 40, 98)
    np.testing.assert_allclose(clips.inputs[:8], expected, atol=2e-3)
    np.testing.assert_array_equal(clips.target.argmax(axis=1), 0)


def test_what_the_teacher_answers_belongs_to_the_clip(tmp_path: Path) -> None:
    clips = prepared(tmp_path, teacher=teacher())
    inputs, target = clips.batch(20, torch.Generator().manual_seed(1))
    found = Sum()(inputs).softmax(dim=1)
    torch.testing.assert_close(target[:, 1], 0.5 * found[:, 1], atol=2e-3, rtol=0)
    torch.testing.assert_close(target[:, 0], 0.5 + 0.5 * found[:, 0], atol=2e-3, rtol=0)


def test_the_teacher_is_asked_about_mixed_clips(tmp_path: Path) -> None:
    plain = prepared(tmp_path)
    mixed = prepared(tmp_path, teacher=teacher(weight=1.0), mixup=1.0)
    assert np.abs(mixed.inputs.astype(float)).sum() < np.abs(plain.inputs.astype(float)).sum()
    found = Sum()(torch.from_numpy(np.array(mixed.inputs)).float()).softmax(dim=1)
    np.testing.assert_allclose(mixed.target, found, atol=5e-3)


def test_a_generator_gives_its_batch_again_and_all_clips_come(tmp_path: Path) -> None:
    clips = prepared(tmp_path)
    one, again, other = (clips.batch(200, torch.Generator().manual_seed(s))[0] for s in (1, 1, 2))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert len(one.unique(dim=0)) == 32


def test_what_lies_ready_is_not_drawn_again(tmp_path: Path) -> None:
    source = Counting()
    first = prepared(tmp_path, source)
    second = prepared(tmp_path, source, resume=True)
    assert source.n == 4
    np.testing.assert_array_equal(first.inputs, second.inputs)


def test_another_teacher_has_clips_of_its_own(tmp_path: Path) -> None:
    source = Counting()
    for guide in (None, teacher(), teacher(weight=0.7)):
        prepared(tmp_path, source, teacher=guide)
    assert source.n == 12


def test_a_run_goes_on_with_its_own_clips_only(tmp_path: Path) -> None:
    prepared(tmp_path)
    with pytest.raises(DataError, match=r"no clips that were prepared this way.*same recipe"):
        prepared(tmp_path, teacher=teacher(), resume=True)

"""Two trained networks heard as one: their mean, its model file, and how it is drawn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from kws_core.charts.structure import blocks_figure
from kws_core.errors import ModelError
from kws_core.features.front_ends import LogMel, LogMelConfig, front_end_spec
from kws_core.labels import LABELS, WORDS
from kws_core.models import ModelCard
from kws_core.models.store import LoadedModel, load_model
from kws_core.models.structure import structure_of
from kws_core.models.two_towers import TwoTowers, join
from kws_core.report.card import how_made
from kws_core.training.combine import join_models
from tests.helpers.training_toys import toy_clips, trained_model


def tower(architecture: str, seed: int, labels: tuple[str, ...] = LABELS) -> LoadedModel:
    return trained_model(architecture, seed, labels, settings={"epochs": seed})


@pytest.fixture(scope="module")
def towers() -> tuple[LoadedModel, LoadedModel]:
    return tower("crnn", 1), tower("crnn-fine", 2)


def joined(towers: tuple[LoadedModel, LoadedModel]) -> TwoTowers:
    return join(*(model.network for model in towers))  # type: ignore[arg-type]


def test_the_logits_are_the_mean_of_both(towers) -> None:
    log_mel = torch.randn(3, 40, 98)
    with torch.no_grad():
        mean = sum(model.network(log_mel) for model in towers) / 2
        torch.testing.assert_close(joined(towers)(log_mel), mean, atol=1e-4, rtol=1e-4)


def test_both_are_left_as_they_were(towers) -> None:
    network = joined(towers)
    with torch.no_grad():
        for weight in network.parameters():
            weight.zero_()
    for model in towers:
        assert isinstance(model.network.classifier, nn.Linear)
        assert model.network.classifier.weight.abs().sum() > 0


def test_is_saved_with_the_history_of_both(towers, tmp_path: Path) -> None:
    card = join_models(*towers, toy_clips(3, 9), tmp_path, "two-towers")
    loaded = load_model("two-towers", tmp_path)
    assert loaded.card == card
    assert card.parameters == 1_166_309
    log_mel = torch.randn(2, 40, 98)
    with torch.no_grad():
        expected = joined(towers)(log_mel)
        torch.testing.assert_close(loaded.network(log_mel), expected, atol=1e-4, rtol=1e-4)
    assert how_made(card) == [("crnn: Training", "epochs 1"), ("crnn-fine: Training", "epochs 2")]


def test_other_networks_are_refused(towers, tmp_path: Path) -> None:
    bands, time = towers
    clips = toy_clips(3, 9)
    with pytest.raises(ModelError, match=r"crnn-fine and a crnn can't be joined"):
        join_models(time, bands, clips, tmp_path, "two-towers")
    with pytest.raises(ModelError, match="labels or front ends differ"):
        join_models(tower("crnn", 3, WORDS), time, clips, tmp_path, "two-towers")
    wider = front_end_spec(LogMel(LogMelConfig(f_max=7600.0)))
    other = replace(time.card, front_end=wider)
    with pytest.raises(ModelError, match="labels or front ends differ"):
        join_models(bands, replace(time, card=other), clips, tmp_path, "two-towers")


def test_each_tower_is_drawn_from_the_front_end_on(towers) -> None:
    card = ModelCard("two-towers", "two-towers", LABELS, {}, 1_166_309)
    structure = structure_of(LoadedModel(joined(towers), LogMel(), card))
    first = [block.name for block in structure.blocks if block.is_first]
    assert first == ["fine_bands.stem", "fine_time.stem"]
    assert structure.blocks[-1].name == "classifier"
    n_arrows = len(structure.blocks) - 1  # one to each box, but for the second tower's first
    shapes = blocks_figure(structure).layout.shapes
    shortcuts = sum(block.has_shortcut for block in structure.blocks)
    assert len(shapes) == n_arrows + shortcuts
    alone = structure_of(towers[0])
    assert [block.is_first for block in alone.blocks] == [True] + [False] * (len(alone.blocks) - 1)
    assert np.isclose(structure.macs, sum(structure_of(model).macs for model in towers), rtol=1e-3)

"""What networks make of clips, and the map of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from kws_core.labels import LABELS
from kws_core.models import ARCHITECTURES, build_model
from kws_core.models.embeddings import make_map, recorded_embeddings


@pytest.mark.parametrize("name", [n for n in ARCHITECTURES if n not in ("seed-cnn", "bcresnet-8")])
def test_the_last_layer_makes_the_logits_of_the_embeddings(name: str) -> None:
    network = build_model(name, len(LABELS)).eval()
    features = ARCHITECTURES[name].make_front_end()(0.1 * torch.randn(3, 16000))
    with torch.no_grad(), recorded_embeddings(network) as recorded:
        logits = torch.cat([network(features[:2]), network(features[2:])])
    embeddings = torch.from_numpy(np.concatenate(recorded))
    last = [module for module in network.modules() if isinstance(module, nn.Linear)][-1]
    assert embeddings.shape == (3, last.in_features)
    assert torch.allclose(last(embeddings), logits, atol=1e-5)


def test_a_last_convolution_is_averaged_over_time() -> None:
    network = nn.Sequential(nn.Conv1d(1, 4, 3), nn.Conv1d(4, 2, 1))
    with torch.no_grad(), recorded_embeddings(network) as recorded:
        network(torch.randn(5, 1, 20))
    assert recorded[0].shape == (5, 4)


def test_nothing_is_recorded_afterwards() -> None:
    network = nn.Linear(2, 2)
    with recorded_embeddings(network) as recorded:
        pass
    network(torch.zeros(1, 2))
    assert recorded == []


@pytest.fixture(scope="module")
def groups() -> np.ndarray:
    """Forty points around each of three centres, in 24 dimensions, one group after the other."""
    rng = np.random.default_rng(0)
    centres = 5 * rng.normal(size=(3, 24))
    return (np.repeat(centres, 40, axis=0) + rng.normal(size=(120, 24))).astype(np.float32)


@pytest.mark.slow
def test_the_map_keeps_groups_together_and_is_the_same_twice(groups: np.ndarray) -> None:
    rows = np.arange(1000, 1120)
    first, second = make_map(groups, rows, seed=1), make_map(groups, rows, seed=1)
    assert np.array_equal(first.neighbours, second.neighbours)
    assert first.points.shape == (120, 16)
    assert first.neighbours.shape == (120, 2)
    assert first.rows.tolist() == rows.tolist()
    group = np.repeat(range(3), 40)
    place = np.array([first.neighbours[group == i].mean(axis=0) for i in range(3)], np.float32)
    distance = np.linalg.norm(first.neighbours[:, None] - place, axis=2)
    assert (distance.argmin(axis=1) == group).all()


def test_a_new_clip_is_placed_among_its_like(groups: np.ndarray) -> None:
    word_map = make_map(groups, np.arange(120))
    again = word_map.place(groups)
    assert again == pytest.approx(word_map.points.astype(np.float32), abs=0.02)
    assert word_map.nearest(again[50], n=1).tolist() == [50]
    near = word_map.nearest(word_map.place(groups[40:80].mean(axis=0, keepdims=True))[0], n=40)
    assert set(near) == set(range(40, 80))
    assert 0.8 < word_map.explained.sum() <= 1

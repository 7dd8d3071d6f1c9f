"""What models cost."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from kws_core.evaluation.cost import count_macs, measure_cost, one_core
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.labels import LABELS
from kws_core.models import ARCHITECTURES, ModelCard, build_model, count_parameters
from kws_core.models.store import LoadedModel


def untrained(name: str) -> LoadedModel:
    network = build_model(name, len(LABELS)).eval()
    card = ModelCard(name, name, LABELS, {}, count_parameters(network))
    return LoadedModel(network, ARCHITECTURES[name].make_front_end(), card)


def test_macs_are_those_of_the_layers() -> None:
    config = LogMelConfig()
    network = nn.Sequential(
        nn.Conv1d(40, 16, 5, padding=2, groups=8), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 98, 3)
    )
    card = ModelCard("toy", "toy", ("a", "b", "c"), {}, count_parameters(network))
    model = LoadedModel(network, LogMel(config), card)
    assert count_macs(model) == 16 * 98 * 5 * (40 // 8) + 16 * 98 * 3


def test_macs_of_the_notebook_s_cnn_are_27_7_million() -> None:
    first, second = 30 * 30 * 32 * 9, 28 * 28 * 64 * 32 * 9
    linear = 12544 * 1024 + 1024 * 128 + 128 * 35
    network = build_model("seed-cnn", 35).eval()
    card = ModelCard("seed-cnn", "seed-cnn", LABELS[:35], {}, count_parameters(network))
    model = LoadedModel(network, ARCHITECTURES["seed-cnn"].make_front_end(), card)
    assert count_macs(model) == first + second + linear
    assert first + second + linear == pytest.approx(27.7e6, rel=0.01)


def test_a_model_is_timed_with_its_front_end_and_in_batches() -> None:
    clip = 0.1 * np.random.default_rng(0).standard_normal(12_000).astype(np.float32)
    cost = measure_cost(untrained("m5"), 12345, clip, runs=5)
    assert (cost["bytes"], cost["latency_ms"]["runs"]) == (12345, 5)
    latency = cost["latency_ms"]
    assert 0 < latency["network"] < latency["p50"] <= latency["p95"]
    assert latency["front_end"] + latency["network"] < 2 * latency["p50"]
    assert cost["batched"]["clips_per_second"] > 1


def test_one_core_is_given_back() -> None:
    before = torch.get_num_threads()
    with one_core():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before

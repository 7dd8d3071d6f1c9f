"""What models cost."""

from __future__ import annotations

import numpy as np
import torch

from kws_core.evaluation.cost import measure_cost, one_core
from tests.helpers.recipe_models import toy_wave_model


def test_a_model_is_timed_with_its_front_end_and_in_batches() -> None:
    clip = 0.1 * np.random.default_rng(0).standard_normal(12_000).astype(np.float32)
    cost = measure_cost(toy_wave_model().loaded, 12345, clip, runs=5)
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

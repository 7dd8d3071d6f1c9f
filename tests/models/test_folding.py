"""Batch norms folded into convolutions."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.models.folding import folded
from kws_core.models.registry import ARCHITECTURES, find_architecture


def in_use(name: str) -> nn.Module:
    """Return a network whose batch norms have seen something, as after training."""
    torch.manual_seed(0)
    made = find_architecture(name)
    network = made.make_network(len(made.labels))
    for layer in network.modules():
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            for tensor in (layer.weight, layer.running_var):
                assert tensor is not None
                nn.init.uniform_(tensor, 0.5, 2.0)
            for tensor in (layer.bias, layer.running_mean):
                assert tensor is not None
                nn.init.normal_(tensor)
    return network.eval().requires_grad_(False)


def features(name: str) -> torch.Tensor:
    return find_architecture(name).make_front_end()(torch.randn(2, SAMPLE_RATE))


def n_norms(network: nn.Module) -> int:
    return sum(isinstance(layer, nn.BatchNorm2d) for layer in network.modules())


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_folded_network_answers_the_same(name: str) -> None:
    network, second = in_use(name), features(name)
    torch.testing.assert_close(folded(network)(second), network(second), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ["ds-resnet", "two-towers", "seed-cnn"])
def test_no_batch_norm_of_a_shipped_network_is_left(name: str) -> None:
    network = in_use(name)
    before = n_norms(network)
    assert n_norms(folded(network)) == 0
    assert n_norms(network) == before  # the network itself stays as it is


def test_weights_that_need_no_change_are_shared() -> None:
    network = in_use("seed-cnn")
    ours = {id(tensor) for tensor in network.parameters()}
    largest = max(folded(network).parameters(), key=torch.Tensor.numel)
    assert id(largest) in ours

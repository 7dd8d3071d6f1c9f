"""Another expectation of unknown is a shift of its logit."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from kws_core.errors import ModelError
from kws_core.labels import LABELS, UNKNOWN
from kws_core.models import build_model
from kws_core.models.registry import ARCHITECTURES
from kws_core.training.prior import expect_unknown

AT = LABELS.index(UNKNOWN)


def test_posteriors_are_those_of_bayes_with_the_other_prior() -> None:
    torch.manual_seed(0)
    network, x = nn.Linear(4, len(LABELS)), torch.randn(5, 4)
    before = network(x).softmax(dim=1)
    expect_unknown(network, LABELS, learnt=0.4, in_use=0.1)
    weight = torch.full((len(LABELS),), 0.9 / 0.6)
    weight[AT] = 0.1 / 0.4
    wanted = before * weight / (before * weight).sum(dim=1, keepdim=True)
    torch.testing.assert_close(network(x).softmax(dim=1), wanted)


def test_nothing_changes_where_use_is_as_training() -> None:
    network = nn.Linear(4, len(LABELS))
    before = network.bias.detach().clone()
    assert expect_unknown(network, LABELS, 0.2, 0.2) == 0
    torch.testing.assert_close(network.bias.detach(), before)


@pytest.mark.parametrize("architecture", ["ds-resnet", "two-towers"])
def test_the_shipped_networks_have_such_a_layer(architecture: str) -> None:
    assert architecture in ARCHITECTURES
    network = build_model(architecture, len(LABELS)).eval()
    x = torch.randn(1, 40, 98)
    with torch.no_grad():
        before = network(x)
        shift = expect_unknown(network, LABELS, 0.42, 0.1)
        moved = network(x) - before
    expected = torch.zeros(1, len(LABELS))
    expected[0, AT] = shift
    torch.testing.assert_close(moved, expected, atol=1e-4, rtol=0)


def test_a_network_without_such_a_layer_is_refused() -> None:
    with pytest.raises(ModelError, match="no bias"):
        expect_unknown(nn.Linear(4, 3), LABELS, 0.4, 0.1)

"""What a network expects before it hears anything, made that of use again.

Nearly half of a batch is unknown where a network learns to stay silent in sentences, and it learns
to expect that. A softmax answers with posteriors, so another expectation is a shift of a logit
(Saerens, Latinne, Decaestecker: Adjusting the outputs of a classifier to new a priori
probabilities, Neural Computation 2002, equation 4).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import nn

from kws_core.errors import ModelError
from kws_core.labels import UNKNOWN


def expect_unknown(
    network: nn.Module, labels: Sequence[str], learnt: float, in_use: float
) -> float:
    """Shift the bias of unknown from the share that was learnt to that in use; returns the shift.

    learnt, in_use: shares of unknown from 0 to 1. Raises `ModelError` if the network's last layer
    has no bias for each label.
    """
    shift = math.log(in_use / (1 - in_use)) - math.log(learnt / (1 - learnt))
    layers = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    if not layers or layers[-1].bias is None or len(layers[-1].bias) != len(labels):
        raise ModelError("The last layer of this network has no bias for each label to shift.")
    with torch.no_grad():
        layers[-1].bias[list(labels).index(UNKNOWN)] += shift
    return shift

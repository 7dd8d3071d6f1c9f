"""Two towers: a recurrent network that hears bands finely and one that hears time finely, as one.

Networks that hear differently err on different clips, so the mean of their answers is better than
either (Hansen and Salamon: Neural Network Ensembles, 1990). The mean of two networks' logits is one
linear layer over both embeddings side by side, so this is one network like the others; and it is
the mean of their log-posteriors too, since a softmax does not see what is added to all logits.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from kws_core.models.crnn import CRNN, FINE_IN_TIME


class TwoTowers(nn.Module):
    """A `CRNN` beside one that is fine in time: 1,166,309 parameters with 37 outputs."""

    def __init__(self, n_outputs: int) -> None:
        super().__init__()
        bands = CRNN(n_outputs)
        time = CRNN(n_outputs, strides=FINE_IN_TIME)
        width = bands.classifier.in_features + time.classifier.in_features
        self.fine_bands = _without_classifier(bands)
        self.fine_time = _without_classifier(time)
        self.classifier = nn.Linear(width, n_outputs)

    def forward(self, log_mel: Tensor) -> Tensor:
        """Return logits ``(batch, n_outputs)`` of log-mel ``(batch, band, frame)``."""
        towers = (self.fine_bands(log_mel), self.fine_time(log_mel))
        logits: Tensor = self.classifier(torch.cat(towers, dim=1))  # (batch, both embeddings)
        return logits


def join(bands: CRNN, time: CRNN) -> TwoTowers:
    """Return the network whose logits are the mean of those of two trained ones.

    bands: with the usual strides; time: with those that are fine in time.
    """
    joined = TwoTowers(bands.classifier.out_features)
    heads = (bands.classifier, time.classifier)
    with torch.no_grad():
        joined.classifier.weight.copy_(torch.cat([head.weight for head in heads], dim=1) / 2)
        joined.classifier.bias.copy_((bands.classifier.bias + time.classifier.bias) / 2)
    joined.fine_bands.load_state_dict(_without_classifier(bands).state_dict())
    joined.fine_time.load_state_dict(_without_classifier(time).state_dict())
    return joined.train(bands.training)


def _without_classifier(network: CRNN) -> nn.Module:
    tower: nn.Module = copy.deepcopy(network)
    tower.classifier, tower.dropout = nn.Identity(), nn.Identity()
    return tower

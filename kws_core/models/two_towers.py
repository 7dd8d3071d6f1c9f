"""Two towers: a network over the picture and one over time, heard as one.

Networks of different kinds err on different clips, so the mean of their answers is better than
either (Hansen and Salamon: Neural Network Ensembles, 1990). The mean of two networks' logits is one
linear layer over both embeddings side by side, so this is one network like the others; and it is
the mean of their log-posteriors too, since a softmax does not see what is added to all logits.
"""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from kws_core.models.ds_resnet import DSResNet
from kws_core.models.resnet import ResNet


class TwoTowers(nn.Module):
    """A `ResNet` beside a wide `DSResNet`: 906,453 parameters with 37 outputs."""

    def __init__(self, n_outputs: int, n_bands: int = 40) -> None:
        super().__init__()
        picture = ResNet(n_outputs, n_bands)
        time = DSResNet(n_outputs, n_bands, n_channels=128, n_embedding=192)
        width = picture.classifier.in_features + time.classifier.in_features
        self.over_picture = _without_classifier(picture)
        self.over_time = _without_classifier(time)
        self.classifier = nn.Linear(width, n_outputs)

    def forward(self, log_mel: Tensor) -> Tensor:
        """Return logits ``(batch, n_outputs)`` of log-mel ``(batch, band, frame)``."""
        towers = (self.over_picture(log_mel), self.over_time(log_mel))
        logits: Tensor = self.classifier(torch.cat(towers, dim=1))  # (batch, both embeddings)
        return logits


def join(picture: ResNet, time: DSResNet) -> TwoTowers:
    """Return the network whose logits are the mean of those of two trained ones."""
    joined = TwoTowers(picture.classifier.out_features)
    heads = (picture.classifier, time.classifier)
    with torch.no_grad():
        joined.classifier.weight.copy_(torch.cat([head.weight for head in heads], dim=1) / 2)
        joined.classifier.bias.copy_((picture.classifier.bias + time.classifier.bias) / 2)
    joined.over_picture.load_state_dict(_without_classifier(picture).state_dict())
    joined.over_time.load_state_dict(_without_classifier(time).state_dict())
    return joined.train(picture.training)


def _without_classifier(network: ResNet | DSResNet) -> nn.Module:
    tower: nn.Module = copy.deepcopy(network)
    tower.classifier, tower.dropout = nn.Identity(), nn.Identity()
    return tower

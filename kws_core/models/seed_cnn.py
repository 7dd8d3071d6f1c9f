"""The notebook's CNN, layer for layer: 13,000,803 parameters with 35 outputs.

Between its last three linear layers is no activation, as in the original: without dropout they
are one linear map, which is why 99.9 % of the weights add so little.
"""

from __future__ import annotations

from torch import Tensor, nn


class SeedCNN(nn.Module):
    """Two 3x3 convolutions and three linear layers on a 32 x 32 picture."""

    def __init__(self, n_outputs: int = 35) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 32, 3),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Conv2d(32, 64, 3),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Dropout(0.25),
            nn.Flatten(),
            nn.Linear(12544, 1024),
            nn.Dropout(0.3),
            nn.Linear(1024, 128),
            nn.Dropout(0.4),
            nn.Linear(128, n_outputs),
        )

    def forward(self, picture: Tensor) -> Tensor:
        """Return logits ``(batch, n_outputs)`` of pictures ``(batch, 32, 32)``."""
        logits: Tensor = self.layers(picture[:, None])
        return logits

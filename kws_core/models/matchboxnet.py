"""MatchboxNet: 1-D time-channel separable convolutions (Majumdar, Ginsburg: Interspeech 2020)."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn
from torch.nn import functional as F


def separable_conv(n_in: int, n_out: int, kernel_size: int, dilation: int = 1) -> nn.Sequential:
    """Return a depthwise convolution over time, a pointwise one over channels, and its norm.

    On ``(batch, channel, 1, frame)``: as 2-D convolutions of height one they run about four times
    as fast on a CPU as ``nn.Conv1d`` does.
    """
    return nn.Sequential(
        nn.Conv2d(
            n_in,
            n_in,
            (1, kernel_size),
            padding=(0, dilation * (kernel_size - 1) // 2),
            dilation=(1, dilation),
            groups=n_in,
            bias=False,
        ),
        nn.Conv2d(n_in, n_out, 1, bias=False),
        nn.BatchNorm2d(n_out),
    )


class ResidualBlock(nn.Module):
    """`n_sub_blocks` separable convolutions with a 1x1 shortcut around all of them."""

    def __init__(self, n_in: int, n_out: int, kernel_size: int, n_sub_blocks: int) -> None:
        super().__init__()
        widths = [n_in] + [n_out] * n_sub_blocks
        self.convs = nn.ModuleList(separable_conv(a, b, kernel_size) for a, b in pairwise(widths))
        self.shortcut = nn.Sequential(nn.Conv2d(n_in, n_out, 1, bias=False), nn.BatchNorm2d(n_out))

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, n_in, 1, frame)`` to ``(batch, n_out, 1, frame)``."""
        out = x
        for index, conv in enumerate(self.convs):
            out = conv(out)
            if index < len(self.convs) - 1:
                out = F.relu(out)
        return F.relu(out + self.shortcut(x))


class MatchboxNet(nn.Module):
    """MatchboxNet-B x R x C: 93,411 parameters for 3x2x64, 64 MFCC and 35 outputs."""

    def __init__(
        self, n_outputs: int, n_features: int = 64, n_sub_blocks: int = 2, n_channels: int = 64
    ) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            separable_conv(n_features, 128, 11),
            nn.ReLU(),
            ResidualBlock(128, n_channels, 13, n_sub_blocks),
            ResidualBlock(n_channels, n_channels, 15, n_sub_blocks),
            ResidualBlock(n_channels, n_channels, 17, n_sub_blocks),
            separable_conv(n_channels, 128, 29, dilation=2),
            nn.ReLU(),
            nn.Conv2d(128, 128, 1, bias=False),
            nn.BatchNorm2d(128),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(128, n_outputs)

    def forward(self, features: Tensor) -> Tensor:
        """Return logits ``(batch, n_outputs)`` of features ``(batch, n_features, frame)``."""
        encoded = self.encoder(features[:, :, None])  # (batch, 128, 1, frame)
        logits: Tensor = self.classifier(encoded.mean(dim=(2, 3)))
        return logits

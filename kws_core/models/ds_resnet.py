"""DS-ResNet: our own small networks, made for a microphone and a processor without a GPU.

Two small 2-D convolutions look at neighbouring bands wherever they are, as a voice moves them up
and down; then come separable convolutions over time with residuals and squeeze-and-excitation
(Hu et al. 2018). The first convolution halves the frame rate, which costs no accuracy at 10 ms a
frame and halves the work.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from kws_core.features.front_ends import LN_TO_DB

RANGE_DB = 60.0  # what lies further below the loudest frame is as good as silent


def below_peak(log_mel: Tensor) -> Tensor:
    """Put ``(batch, band, frame)`` relative to each picture's loudest frame, from -1 to about 1.

    So a word is the same at any level, and in digital silence as in a quiet room.
    """
    peak = log_mel.logsumexp(dim=1).amax(dim=1)[:, None, None]  # ln(power)
    below = (log_mel - peak) * LN_TO_DB / RANGE_DB  # 0 to -1
    return 2.0 * below.clamp_min(-1.0) + 1.0


class SeparableConv(nn.Module):
    """Depthwise over time, pointwise over channels, batch norm: ``(batch, channel, 1, frame)``.

    Written as a 2-D convolution of height one, which runs about four times as fast as
    ``nn.Conv1d`` in oneDNN on a CPU.
    """

    def __init__(self, n_channels: int, kernel_size: int) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(
            n_channels,
            n_channels,
            (1, kernel_size),
            padding=(0, kernel_size // 2),
            groups=n_channels,
            bias=False,
        )
        self.pointwise = nn.Conv2d(n_channels, n_channels, 1, bias=False)
        self.norm = nn.BatchNorm2d(n_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map to the same shape."""
        y: Tensor = self.norm(self.pointwise(self.depthwise(x)))
        return y


class ResidualBlock(nn.Module):
    """Two separable convolutions, channel gates from the mean over time, and a shortcut."""

    def __init__(self, n_channels: int, kernel_size: int) -> None:
        super().__init__()
        self.first = SeparableConv(n_channels, kernel_size)
        self.second = SeparableConv(n_channels, kernel_size)
        self.gate = nn.Sequential(
            nn.Conv2d(n_channels, n_channels // 8, 1),
            nn.ReLU(),
            nn.Conv2d(n_channels // 8, n_channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, channel, 1, frame)`` to the same shape."""
        y = self.second(F.relu(self.first(x)))
        return F.relu(x + y * self.gate(y.mean(dim=3, keepdim=True)))


class Stem(nn.Module):
    """Halve the frame rate and quarter the bands in two dimensions, then make them channels."""

    def __init__(self, n_bands: int, n_maps: int, n_channels: int) -> None:
        super().__init__()
        self.maps = nn.Sequential(
            nn.Conv2d(1, n_maps, 3, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(n_maps),
            nn.ReLU(),
            nn.Conv2d(n_maps, n_maps, 3, stride=(2, 1), padding=1, bias=False),
            nn.BatchNorm2d(n_maps),
            nn.ReLU(),
        )
        n_rows = -(-n_bands // 4)
        self.channels = nn.Sequential(
            nn.Conv2d(n_maps * n_rows, n_channels, 1, bias=False),
            nn.BatchNorm2d(n_channels),
            nn.ReLU(),
        )

    def forward(self, log_mel: Tensor) -> Tensor:
        """Map ``(batch, band, frame)`` to ``(batch, n_channels, 1, frame / 2)``."""
        maps: Tensor = self.maps(log_mel[:, None])  # (batch, n_maps, band / 4, frame / 2)
        channels: Tensor = self.channels(maps.flatten(1, 2)[:, :, None])
        return channels


class DSResNet(nn.Module):
    """Separable residual network over log-mel bands: 97,661 parameters at 80 channels."""

    def __init__(
        self,
        n_outputs: int,
        n_bands: int = 40,
        n_channels: int = 80,
        kernel_sizes: tuple[int, ...] = (9, 11, 13, 15),
        n_maps: int = 16,
        n_embedding: int = 128,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.stem = Stem(n_bands, n_maps, n_channels)
        self.blocks = nn.Sequential(*(ResidualBlock(n_channels, size) for size in kernel_sizes))
        self.embedding = nn.Sequential(
            nn.Conv2d(n_channels, n_embedding, 1, bias=False),
            nn.BatchNorm2d(n_embedding),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(n_embedding, n_outputs)
        self.dropout = nn.Dropout(dropout)

    def embed(self, log_mel: Tensor) -> Tensor:
        """Return embeddings ``(batch, n_embedding)`` of log-mel ``(batch, band, frame)``."""
        x = self.stem(below_peak(log_mel))
        x = self.embedding(self.blocks(x))  # (batch, n_embedding, 1, frame / 2)
        mean: Tensor = x.mean(dim=(2, 3))
        return mean

    def forward(self, log_mel: Tensor) -> Tensor:
        """Return logits ``(batch, n_outputs)`` of log-mel ``(batch, band, frame)``."""
        logits: Tensor = self.classifier(self.dropout(self.embed(log_mel)))
        return logits

"""ResNet over the log-mel as a picture: plain 3 x 3 convolutions, which a processor does fastest.

Residual networks (He et al. 2016) on log-mels go back to Tang and Lin (ICASSP 2018) for keywords. A
filter here meets a formant at whatever band a voice puts it, in every layer; only the last one
weighs the bands apart.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from kws_core.models.ds_resnet import below_peak


class ResidualBlock2d(nn.Module):
    """Two 3 x 3 convolutions and a shortcut, which a stride or a new width leads through 1 x 1."""

    def __init__(self, n_in: int, n_out: int, stride: int | tuple[int, int]) -> None:
        super().__init__()
        self.first = nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=False)
        self.first_norm = nn.BatchNorm2d(n_out)
        self.second = nn.Conv2d(n_out, n_out, 3, padding=1, bias=False)
        self.second_norm = nn.BatchNorm2d(n_out)
        self.shortcut = (
            nn.Identity()
            if (n_in, stride) == (n_out, 1)
            else nn.Sequential(
                nn.AvgPool2d(stride, ceil_mode=True),
                nn.Conv2d(n_in, n_out, 1, bias=False),
                nn.BatchNorm2d(n_out),
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, n_in, band, frame)``; a stride divides bands and frames."""
        y = F.relu(self.first_norm(self.first(x)))
        y = self.second_norm(self.second(y))
        return F.relu(y + self.shortcut(x))


class ResNet(nn.Module):
    """Residual network of three sizes of picture: 688,773 parameters with 37 outputs."""

    def __init__(
        self,
        n_outputs: int,
        n_bands: int = 40,
        widths: tuple[int, ...] = (32, 64, 128),
        n_blocks: tuple[int, ...] = (1, 2, 2),
        n_embedding: int = 256,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(1, widths[0], 3, stride=(1, 2), padding=1, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        )
        blocks: list[nn.Module] = []
        n_in, n_rows = widths[0], n_bands
        for stage, (width, n) in enumerate(zip(widths, n_blocks, strict=True)):
            for index in range(n):
                stride = 2 if stage and not index else 1
                blocks.append(ResidualBlock2d(n_in, width, stride))
                n_in, n_rows = width, -(-n_rows // stride)
        self.blocks = nn.Sequential(*blocks)
        self.embedding = nn.Sequential(
            nn.Conv2d(n_in, n_embedding, (n_rows, 1), groups=n_in, bias=False),
            nn.BatchNorm2d(n_embedding),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(n_embedding, n_outputs)
        self.dropout = nn.Dropout(dropout)

    def embed(self, log_mel: Tensor) -> Tensor:
        """Return embeddings ``(batch, n_embedding)`` of log-mel ``(batch, band, frame)``."""
        x = self.stem(below_peak(log_mel)[:, None])  # (batch, widths[0], band, frame / 2)
        x = self.embedding(self.blocks(x))  # (batch, n_embedding, 1, frame / 8)
        mean: Tensor = x.mean(dim=(2, 3))
        return mean

    def forward(self, log_mel: Tensor) -> Tensor:
        """Return logits ``(batch, n_outputs)`` of log-mel ``(batch, band, frame)``."""
        logits: Tensor = self.classifier(self.dropout(self.embed(log_mel)))
        return logits

"""BC-ResNet: broadcasted residual learning (Kim, Chang, Lee, Sung: Interspeech 2021).

A 2-D network over (band, frame) whose blocks average over frequency, work on the cheap 1-D
signal, and broadcast the result back over all bands.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

N_SUB_BANDS = 5


class SubSpectralNorm(nn.Module):
    """Batch normalisation with statistics of its own for each of five frequency sub-bands.

    Chang et al., ICASSP 2021. The number of bands must be a multiple of five.
    """

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(n_channels * N_SUB_BANDS)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise ``(batch, channel, band, frame)``; the shape stays."""
        batch, channels, bands, frames = x.shape
        x = x.reshape(batch, channels * N_SUB_BANDS, bands // N_SUB_BANDS, frames)
        normed: Tensor = self.norm(x)
        return normed.reshape(batch, channels, bands, frames)


class BroadcastBlock(nn.Module):
    """One broadcasted residual block (figure 2 of the paper)."""

    def __init__(self, n_in: int, n_out: int, stride: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.has_shortcut = n_in == n_out
        self.widen = (
            nn.Identity()
            if self.has_shortcut
            else nn.Sequential(
                nn.Conv2d(n_in, n_out, 1, bias=False), nn.BatchNorm2d(n_out), nn.ReLU()
            )
        )
        self.frequency = nn.Sequential(
            nn.Conv2d(n_out, n_out, (3, 1), (stride, 1), padding=(1, 0), groups=n_out, bias=False),
            SubSpectralNorm(n_out),
        )
        self.temporal = nn.Sequential(
            nn.Conv2d(
                n_out,
                n_out,
                (1, 3),
                padding=(0, dilation),
                dilation=(1, dilation),
                groups=n_out,
                bias=False,
            ),
            nn.BatchNorm2d(n_out),
            nn.SiLU(),
            nn.Conv2d(n_out, n_out, 1, bias=False),
            nn.Dropout2d(dropout),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map ``(batch, n_in, band, frame)`` to ``(batch, n_out, band / stride, frame)``."""
        by_band = self.frequency(self.widen(x))
        over_time = self.temporal(by_band.mean(dim=2, keepdim=True))  # (batch, n_out, 1, frame)
        out = by_band + over_time
        return F.relu(out + x if self.has_shortcut else out)


class BCResNet(nn.Module):
    """BC-ResNet of width `tau`: 9,232 parameters at tau = 1, 40 bands and 12 outputs."""

    def __init__(self, n_outputs: int, tau: float = 1.0, dropout: float = 0.1) -> None:
        super().__init__()
        base = int(8 * tau)
        n_head, *widths, n_embedding = (int(base * factor) for factor in (2, 1, 1.5, 2, 2.5, 4))
        self.head = nn.Sequential(
            nn.Conv2d(1, n_head, 5, stride=(2, 1), padding=2, bias=False),
            nn.BatchNorm2d(n_head),
            nn.ReLU(),
        )
        blocks: list[nn.Module] = []
        n_in = n_head
        # (blocks, stride over bands in the first one); the time dilation doubles by stage.
        for stage, (n_blocks, stride) in enumerate([(2, 1), (2, 2), (4, 2), (4, 1)]):
            for index in range(n_blocks):
                first = index == 0
                blocks.append(
                    BroadcastBlock(n_in, widths[stage], stride if first else 1, 2**stage, dropout)
                )
                n_in = widths[stage]
        self.blocks = nn.Sequential(*blocks)
        self.embedding = nn.Sequential(
            nn.Conv2d(n_in, n_in, 5, padding=(0, 2), groups=n_in, bias=False),
            nn.Conv2d(n_in, n_embedding, 1, bias=False),
            nn.BatchNorm2d(n_embedding),
            nn.ReLU(),
        )
        self.classifier = nn.Linear(n_embedding, n_outputs)

    def forward(self, log_mel: Tensor) -> Tensor:
        """Return logits ``(batch, n_outputs)`` of log-mel ``(batch, 40, frame)``."""
        x = self.blocks(self.head(log_mel[:, None]))  # (batch, channel, 5, frame)
        x = self.embedding(x)  # (batch, n_embedding, 1, frame)
        logits: Tensor = self.classifier(x.mean(dim=(2, 3)))
        return logits

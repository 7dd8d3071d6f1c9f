"""CRNN: convolutions over the picture, then a recurrent network that reads it in order.

Convolutional recurrent networks for keywords: Arik et al. (Interspeech 2017); weights for the
frames instead of their mean: de Andrade et al., A neural attention model for speech command
recognition (2018). Where the other networks add up what they have met anywhere in the second, this
one knows what came before, so it errs on other clips.
"""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from kws_core.models.ds_resnet import below_peak

# Strides, of bands and frames, of the stem and the second block: a frame every 40 ms that still
# tells 20 rows of bands apart, or one every 20 ms of 10 rows.
FINE_IN_BANDS = ((1, 2), (2, 2))
FINE_IN_TIME = ((2, 2), (2, 1))


class ResidualBlock2d(nn.Module):
    """Two 3 x 3 convolutions and a shortcut, with a 1 x 1 convolution where sizes change.

    After He et al. (2016), on log-mels Tang and Lin (ICASSP 2018).
    """

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


class TwoWayGRU(nn.GRU):
    """Gated recurrent layers (Cho et al. 2014) forwards and backwards; gives its states only."""

    def __init__(self, n_in: int, n_hidden: int, n_layers: int, dropout: float) -> None:
        super().__init__(
            n_in, n_hidden, n_layers, batch_first=True, dropout=dropout, bidirectional=True
        )

    def forward(self, x: Tensor) -> Tensor:  # type: ignore[override]
        """Map ``(batch, n_in, frame)`` to ``(batch, 2 * n_hidden, frame)``, as convolutions do."""
        states: Tensor = super().forward(x.transpose(1, 2))[0]
        return states.transpose(1, 2)


class CRNN(nn.Module):
    """Two-way GRU over a small residual network's maps: 583,813 parameters with 37 outputs."""

    def __init__(
        self,
        n_outputs: int,
        n_bands: int = 40,
        widths: tuple[int, int] = (32, 64),
        n_hidden: int = 128,
        n_layers: int = 2,
        strides: tuple[tuple[int, int], tuple[int, int]] = FINE_IN_BANDS,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        first, second = widths
        stem, block = strides
        self.stem = nn.Sequential(
            nn.Conv2d(1, first, 3, stem, padding=1, bias=False), nn.BatchNorm2d(first), nn.ReLU()
        )
        self.blocks = nn.Sequential(
            ResidualBlock2d(first, first, 1), ResidualBlock2d(first, second, block)
        )
        n_rows, n_channels = -(-n_bands // (stem[0] * block[0])), 2 * second
        self.channels = nn.Sequential(
            nn.Conv2d(second, n_channels, (n_rows, 1), groups=second, bias=False),
            nn.BatchNorm2d(n_channels),
            nn.ReLU(),
        )
        self.recurrent = TwoWayGRU(n_channels, n_hidden, n_layers, dropout)
        self.attention = nn.Conv1d(2 * n_hidden, 1, 1, bias=False)
        self.classifier = nn.Linear(2 * n_hidden, n_outputs)
        self.dropout = nn.Dropout(dropout)

    def embed(self, log_mel: Tensor) -> Tensor:
        """Return embeddings ``(batch, 2 * n_hidden)`` of log-mel ``(batch, band, frame)``."""
        x = self.blocks(self.stem(below_peak(log_mel)[:, None]))
        # (batch, map, band / 2, frame / 4), fine in bands
        x = self.channels(x)[:, :, 0]  # (batch, channel, frame / 4)
        states = self.recurrent(x)  # (batch, 2 * n_hidden, frame / 4)
        weights = self.attention(states).softmax(dim=2)  # (batch, 1, frame / 4)
        mean: Tensor = (weights * states).sum(dim=2)
        return mean

    def forward(self, log_mel: Tensor) -> Tensor:
        """Return logits ``(batch, n_outputs)`` of log-mel ``(batch, band, frame)``."""
        logits: Tensor = self.classifier(self.dropout(self.embed(log_mel)))
        return logits

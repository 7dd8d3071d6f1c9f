"""M5: a network on the wave itself (Dai et al.: Very Deep CNNs for Raw Waveforms, ICASSP 2017).

In the small form of torchaudio's speech-command tutorial: 32 channels, a first stride of 16, and
the waves at 8 kHz. The tutorial's log-softmax is left out: like all networks here it gives logits.
"""

from __future__ import annotations

from torch import Tensor, nn


class M5(nn.Module):
    """Four convolutions with max pooling: 26,915 parameters with 35 outputs."""

    def __init__(self, n_outputs: int, n_channels: int = 32, stride: int = 16) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        n_in, kernel_size = 1, 80  # 10 ms at 8 kHz
        for n_out in (n_channels, n_channels, 2 * n_channels, 2 * n_channels):
            layers += [
                nn.Conv1d(n_in, n_out, kernel_size, stride if n_in == 1 else 1),
                nn.BatchNorm1d(n_out),
                nn.ReLU(),
                nn.MaxPool1d(4),
            ]
            n_in, kernel_size = n_out, 3
        self.layers = nn.Sequential(*layers)
        self.classifier = nn.Linear(n_in, n_outputs)

    def forward(self, wave: Tensor) -> Tensor:
        """Return logits ``(batch, n_outputs)`` of waves ``(batch, samples)``."""
        x = self.layers(wave[:, None])  # (batch, channel, step)
        logits: Tensor = self.classifier(x.mean(dim=2))
        return logits

"""The wave at a lower rate: the front end of models that hear samples, not pictures.

At 8 kHz nothing is left above 4 kHz. That is all that the training data's pictures can tell
about, so with this first step recordings and the sound of pictures are heard alike.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from kws_core.audio.waveform import SAMPLE_RATE

NARROW_RATE = 8_000  # Hz

# Zero crossings of the sinc on each side. torchaudio's 6 let sound up to 4.6 kHz through, folded
# back below 4 kHz; with 32 the filter falls from 3.8 kHz to -24 dB at 4.1 kHz.
_FILTER_WIDTH = 32


@dataclass(frozen=True)
class RawWaveConfig:
    """Samples at `sample_rate` are resampled to `wave_rate` (Hz)."""

    sample_rate: int = SAMPLE_RATE
    n_samples: int = SAMPLE_RATE  # one second is what a model sees at once
    wave_rate: int = NARROW_RATE


class RawWave(nn.Module):
    """Resampled wave: ``(batch, samples)`` to ``(batch, samples * wave_rate / sample_rate)``."""

    def __init__(self, config: RawWaveConfig | None = None) -> None:
        super().__init__()
        from kws_core.features.torch_audio import torchaudio  # only here: most models do without it

        self.config = config = config or RawWaveConfig()
        self.resample = torchaudio.transforms.Resample(
            config.sample_rate, config.wave_rate, lowpass_filter_width=_FILTER_WIDTH
        )

    def forward(self, waveform: Tensor) -> Tensor:
        """Return the wave at ``wave_rate``, a fraction of a sample rounded up."""
        wave: Tensor = self.resample(waveform)
        return wave

    def from_wave(self, wave: Tensor) -> Tensor:
        """Return what the network gets of a wave that is at ``wave_rate`` already: itself."""
        return wave

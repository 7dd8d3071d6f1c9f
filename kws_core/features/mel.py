"""The mel scale, and the triangular bands that divide a spectrum along it.

Bands are HTK and not normalised by default (torchaudio's default; librosa's is Slaney with area
normalisation).
"""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor

MelScale = Literal["htk", "slaney"]

# Slaney's mel scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above.
_SLANEY_HZ_PER_MEL = 200.0 / 3.0
_SLANEY_CORNER_HZ = 1000.0
_SLANEY_CORNER_MEL = _SLANEY_CORNER_HZ / _SLANEY_HZ_PER_MEL
_SLANEY_LOG_STEP = math.log(6.4) / 27.0


def hz_to_mel(frequency: Tensor, scale: MelScale = "htk") -> Tensor:
    """Convert frequencies in Hz to mel (HTK: O'Shaughnessy's 2595 log10(1 + f/700))."""
    if scale == "htk":
        return 2595.0 * torch.log10(1.0 + frequency / 700.0)
    linear = frequency / _SLANEY_HZ_PER_MEL
    log = (
        _SLANEY_CORNER_MEL
        + torch.log(frequency.clamp_min(1e-9) / _SLANEY_CORNER_HZ) / _SLANEY_LOG_STEP
    )
    return torch.where(frequency >= _SLANEY_CORNER_HZ, log, linear)


def mel_to_hz(mel: Tensor, scale: MelScale = "htk") -> Tensor:
    """Convert mel to frequencies in Hz; the inverse of `hz_to_mel`."""
    if scale == "htk":
        return 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    log = _SLANEY_CORNER_HZ * torch.exp(_SLANEY_LOG_STEP * (mel - _SLANEY_CORNER_MEL))
    return torch.where(mel >= _SLANEY_CORNER_MEL, log, mel * _SLANEY_HZ_PER_MEL)


def mel_edges(n_mels: int, f_min: float, f_max: float, scale: MelScale = "htk") -> Tensor:
    """Return the ``n_mels + 2`` corner frequencies of the triangles, in Hz, float64.

    Band m rises from edge m to its centre, edge m + 1, and falls to edge m + 2.
    """
    ends = hz_to_mel(torch.tensor([f_min, f_max], dtype=torch.float64), scale)
    mels = torch.linspace(float(ends[0]), float(ends[1]), n_mels + 2, dtype=torch.float64)
    return mel_to_hz(mels, scale)


def mel_filter_bank(
    sample_rate: int,
    n_fft: int,
    n_mels: int,
    f_min: float = 0.0,
    f_max: float | None = None,
    scale: MelScale = "htk",
    norm: Literal["slaney"] | None = None,
) -> Tensor:
    """Return triangular mel filters, shape ``(n_mels, n_fft // 2 + 1)``, float32.

    ``norm="slaney"`` gives every triangle the area 1 Hz (librosa's default).
    """
    edges = mel_edges(n_mels, f_min, f_max or sample_rate / 2, scale)
    bins = torch.linspace(0.0, sample_rate / 2, n_fft // 2 + 1, dtype=torch.float64)
    rising = (bins[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins[None]) / (edges[2:] - edges[1:-1])[:, None]
    bank = torch.minimum(rising, falling).clamp_min(0.0)  # (n_mels, n_fft // 2 + 1)
    if norm == "slaney":
        bank = bank * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    return bank.float()

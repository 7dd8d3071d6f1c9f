"""Longer and shorter: clips resampled, stretched at the same pitch, cut or padded."""

from __future__ import annotations

import math

import numpy as np

from kws_core.audio.waveform import Samples


def played_faster(clip: Samples, factor: float) -> Samples:
    """Play `factor` times as fast, and so higher, band-limited: (n,) to about (n / factor,)."""
    import soxr

    return np.asarray(soxr.resample(clip, factor, 1.0, quality="HQ"), dtype=np.float32)


def stretched(clip: Samples, factor: float, sample_rate: int) -> Samples:
    """Make `factor` times as long at the same pitch: (n,) to (round(n * factor),).

    A phase vocoder.
    """
    import torch

    from kws_core.features.torch_audio import torchaudio

    # The longest power of two up to 64 ms: harmonics of a voice apart, plosives not yet smeared.
    n_fft = 1 << (sample_rate * 64 // 1000).bit_length() - 1
    hop_length = n_fft // 4
    window = torch.hann_window(n_fft)
    padded = torch.from_numpy(fit_at_end(clip, max(len(clip), n_fft)))
    spectrum = torch.stft(padded, n_fft, hop_length, window=window, return_complex=True)
    advance = torch.linspace(0, math.pi * hop_length, n_fft // 2 + 1)[:, None]  # in one hop
    spectrum = torchaudio.functional.phase_vocoder(spectrum, 1.0 / factor, advance)
    length = round(len(padded) * factor)
    longer = torch.istft(spectrum, n_fft, hop_length, window=window, length=length)
    return fit_at_end(longer.numpy(), round(len(clip) * factor))


def fit_about_center(samples: Samples, n_samples: int) -> Samples:
    """Cut, or pad with zeros, equally at both ends: (m,) to (n_samples,)."""
    missing = n_samples - len(samples)
    if missing >= 0:
        before = missing // 2
        return np.pad(samples, (before, missing - before))
    before = -missing // 2
    return samples[before : before + n_samples]


def fit_at_end(samples: Samples, n_samples: int) -> Samples:
    """Cut, or pad with zeros, at the end: (m,) to (n_samples,)."""
    return np.pad(samples[:n_samples], (0, max(0, n_samples - len(samples))))

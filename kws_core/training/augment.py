"""Changes to log-mel pictures, for whole batches: what a room, a microphone and a speaker do.

Recordings and pictures are changed the same way, in the picture, so that no augmentation can
tell the two kinds apart. Each function is pure: what was drawn comes in, a new batch comes out.
Pictures are ``(batch, n_mels, n_frames)`` in ln(power); powers of independent sounds add.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from kws_core.features import LN_TO_DB


def frame_level(log_mel: Tensor) -> Tensor:
    """Return the level of each frame over all bands, ln(power), ``(batch, n_frames)``."""
    return log_mel.logsumexp(dim=1)


def active_range(log_mel: Tensor, below_peak_db: float = 22.0) -> tuple[Tensor, Tensor]:
    """Return the first frame of the sound and the one after its last, each ``(batch,)``.

    A frame belongs to the sound if its level is within `below_peak_db` of the loudest frame.
    """
    level = frame_level(log_mel)
    active = level > level.amax(dim=1, keepdim=True) - below_peak_db / LN_TO_DB
    n_frames = level.shape[1]
    first = active.float().argmax(dim=1)
    last = n_frames - active.flip(1).float().argmax(dim=1)
    return first, last


def shift(log_mel: Tensor, frames: Tensor, fill: float) -> Tensor:
    """Move each picture later by `frames` ``(batch,)`` (earlier if negative); fill with `fill`."""
    batch, n_mels, n_frames = log_mel.shape
    source = torch.arange(n_frames) - frames[:, None]  # (batch, n_frames)
    inside = (source >= 0) & (source < n_frames)
    index = source.clamp(0, n_frames - 1)[:, None].expand(batch, n_mels, n_frames)
    return log_mel.gather(2, index).masked_fill(~inside[:, None], fill)


def keep_frames(log_mel: Tensor, first: Tensor, last: Tensor, fill: float) -> Tensor:
    """Erase everything outside frames `first` to `last` (exclusive), each ``(batch,)``."""
    frame = torch.arange(log_mel.shape[2])
    inside = (frame >= first[:, None]) & (frame < last[:, None])
    return log_mel.masked_fill(~inside[:, None], fill)


def add_noise(log_mel: Tensor, noise: Tensor, snr_db: Tensor) -> Tensor:
    """Add noise pictures at a signal-to-noise ratio ``(batch,)`` of mean powers."""
    signal_level = frame_level(log_mel).logsumexp(dim=1)
    noise_level = frame_level(noise).logsumexp(dim=1)
    gain = signal_level - noise_level - snr_db / LN_TO_DB
    return torch.logaddexp(log_mel, noise + gain[:, None, None])


def reverberate(log_mel: Tensor, decay_frames: Tensor, wet_db: Tensor) -> Tensor:
    """Add an exponentially decaying tail: `decay_frames` to 1/e, at `wet_db` of the direct sound.

    Both ``(batch,)``; the power of the tail is the sum of what each frame leaves behind.
    """
    n_frames = log_mel.shape[2]
    lag = torch.arange(1, n_frames).float()
    kernel = torch.exp(-lag / decay_frames[:, None])  # (batch, n_frames - 1)
    kernel = kernel / kernel.sum(dim=1, keepdim=True) * 10.0 ** (wet_db[:, None] / 10.0)
    kernel = F.pad(kernel, (1, 0), value=1.0)  # the direct sound
    n_fft = 2 * n_frames
    spectrum = torch.fft.rfft(log_mel.exp(), n=n_fft) * torch.fft.rfft(kernel, n=n_fft)[:, None]
    power = torch.fft.irfft(spectrum, n=n_fft)[:, :, :n_frames]
    return torch.maximum(power.clamp_min(1e-30).log(), log_mel)


def stretch(log_mel: Tensor, over_time: Tensor, over_bands: Tensor) -> Tensor:
    """Speak slower (`over_time` > 1, about the centre) or with a shorter vocal tract.

    `over_bands` > 1 moves band m to band ``over_bands * m``. Both ``(batch,)``.
    """
    batch, n_mels, n_frames = log_mel.shape
    theta = torch.zeros(batch, 2, 3)
    theta[:, 0, 0] = 1.0 / over_time
    theta[:, 1, 1] = 1.0 / over_bands
    theta[:, 1, 2] = 1.0 / over_bands - 1.0  # the lowest band stays where it is
    grid = F.affine_grid(theta, [batch, 1, n_mels, n_frames], align_corners=True)
    warped = F.grid_sample(log_mel[:, None], grid, padding_mode="border", align_corners=True)
    return warped[:, 0]


def colour(log_mel: Tensor, gain_db: Tensor, curve_db: Tensor) -> Tensor:
    """Apply a gain ``(batch,)`` and a microphone's frequency response ``(batch, n_mels)``."""
    gain = (gain_db[:, None] + curve_db) / LN_TO_DB
    return log_mel + gain[:, :, None]


def mask(log_mel: Tensor, start: Tensor, width: Tensor, axis: int) -> Tensor:
    """Cover `width` bands (axis 1) or frames (axis 2) from `start` with the picture's mean.

    `start` and `width` are ``(batch, n_masks)`` (SpecAugment, Park et al. 2019).
    """
    position = torch.arange(log_mel.shape[axis])
    covered = (position >= start[..., None]) & (position < (start + width)[..., None])
    covered = covered.any(dim=1)  # (batch, bands or frames)
    covered = covered[:, :, None] if axis == 1 else covered[:, None, :]
    mean = log_mel.mean(dim=(1, 2), keepdim=True)
    return torch.where(covered, mean, log_mel)

"""Changes to log-mel pictures, for whole batches: what a room, a microphone and a speaker do.

Recordings and pictures are changed the same way, in the picture, so that no augmentation can
tell the two kinds apart. Each function is pure: what was drawn comes in, a new batch comes out.
Pictures are ``(batch, n_mels, n_frames)`` in ln(power); powers of independent sounds add.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from kws_core.features.front_ends import LN_TO_DB


def frame_level(log_mel: Tensor) -> Tensor:
    """Return the level of each frame over all bands, ln(power), ``(batch, n_frames)``."""
    return log_mel.logsumexp(dim=1)


def active_range(log_mel: Tensor, below_peak_db: float | Tensor = 22.0) -> tuple[Tensor, Tensor]:
    """Return the first frame of the sound and the one after its last, each ``(batch,)``.

    A frame belongs to the sound if its level is within `below_peak_db` (one, or one a picture)
    of the loudest frame.
    """
    level = frame_level(log_mel)
    below = torch.as_tensor(below_peak_db / LN_TO_DB).reshape(-1, 1)
    active = level > level.amax(dim=1, keepdim=True) - below
    n_frames = level.shape[1]
    first = active.float().argmax(dim=1)
    last = n_frames - active.flip(1).float().argmax(dim=1)
    return first, last


def shift(log_mel: Tensor, frames: Tensor, fill: float) -> Tensor:
    """Move each picture later by `frames` ``(batch,)`` (earlier if negative); fill with `fill`."""
    batch, n_mels, n_frames = log_mel.shape
    source = torch.arange(n_frames, device=frames.device) - frames[:, None]  # (batch, n_frames)
    inside = (source >= 0) & (source < n_frames)
    index = source.clamp(0, n_frames - 1)[:, None].expand(batch, n_mels, n_frames)
    return log_mel.gather(2, index).masked_fill(~inside[:, None], fill)


def keep_frames(log_mel: Tensor, first: Tensor, last: Tensor, fill: float) -> Tensor:
    """Erase everything outside frames `first` to `last` (exclusive), each ``(batch,)``."""
    frame = torch.arange(log_mel.shape[2], device=log_mel.device)
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
    lag = torch.arange(1, n_frames, device=log_mel.device).float()
    kernel = torch.exp(-lag / decay_frames[:, None])  # (batch, n_frames - 1)
    kernel = kernel / kernel.sum(dim=1, keepdim=True) * 10.0 ** (wet_db[:, None] / 10.0)
    kernel = F.pad(kernel, (1, 0), value=1.0)  # the direct sound
    n_fft = 2 * n_frames
    spectrum = torch.fft.rfft(log_mel.exp(), n=n_fft) * torch.fft.rfft(kernel, n=n_fft)[:, None]
    power = torch.fft.irfft(spectrum, n=n_fft)[:, :, :n_frames]
    return torch.maximum(power.clamp_min(1e-30).log(), log_mel)


def stretch(log_mel: Tensor, over_time: Tensor, over_bands: Tensor, fill: float) -> Tensor:
    """Speak slower (`over_time` > 1, about the centre) or with a shorter vocal tract.

    `over_bands` > 1 moves band m to band ``over_bands * m``. Both ``(batch,)``. What a faster word
    leaves free at both ends is filled with `fill`.
    """
    batch, n_mels, n_frames = log_mel.shape
    theta = torch.zeros(batch, 2, 3, device=log_mel.device)
    theta[:, 0, 0] = 1.0 / over_time
    theta[:, 1, 1] = 1.0 / over_bands
    theta[:, 1, 2] = 1.0 / over_bands - 1.0  # the lowest band stays where it is
    grid = F.affine_grid(theta, [batch, 1, n_mels, n_frames], align_corners=True)
    warped = F.grid_sample(log_mel[:, None], grid, padding_mode="border", align_corners=True)
    free = grid[:, 0, :, 0].abs() > 1.0001  # (batch, n_frames): from before or after the picture
    return warped[:, 0].masked_fill(free[:, None], fill)


def colour(log_mel: Tensor, gain_db: Tensor, curve_db: Tensor) -> Tensor:
    """Apply a gain ``(batch,)`` and a microphone's frequency response ``(batch, n_mels)``."""
    gain = (gain_db[:, None] + curve_db) / LN_TO_DB
    return log_mel + gain[:, :, None]


def band_limit(log_mel: Tensor, lowest: Tensor, highest: Tensor, slope_db: float) -> Tensor:
    """Let through only bands `lowest` to `highest` ``(batch,)``, as a telephone does.

    Outside, the level falls by `slope_db` a band.
    """
    band = torch.arange(log_mel.shape[1], device=log_mel.device)
    below = (lowest[:, None] - band).clamp_min(0)
    above = (band - highest[:, None]).clamp_min(0)
    return log_mel - ((below + above) * slope_db / LN_TO_DB)[:, :, None]


# Measured on 150 recordings clipped at 3 to 26 dB below their peak: what clipping takes off a
# frame is a softplus of its level, and what it adds to the weak bands follows what it took off.
_CLIP_KNEE_DB = 4.0
_CLIP_FLOOR_DB = -22.0  # a band's share of the frame's power in a heavily clipped frame
_CLIP_FLOOR_SLOPE = 17.0


def clip(log_mel: Tensor, over_db: Tensor) -> Tensor:
    """Overdrive the input: the loudest frame is `over_db` ``(batch,)`` above the knee.

    A frame at the knee loses 2.8 dB, one 12 dB above it 12.2 dB; harmonics fill the weak bands.
    """
    level = frame_level(log_mel)  # (batch, n_frames)
    above = (level - level.amax(dim=1, keepdim=True)) * LN_TO_DB + over_db[:, None]
    lost = _CLIP_KNEE_DB * F.softplus(above / _CLIP_KNEE_DB)  # dB, (batch, n_frames)
    share_db = _CLIP_FLOOR_DB + _CLIP_FLOOR_SLOPE * torch.log10(lost / (lost + _CLIP_KNEE_DB))
    left = level - lost / LN_TO_DB
    harmonics = left + share_db / LN_TO_DB
    return torch.logaddexp(log_mel - (lost / LN_TO_DB)[:, None], harmonics[:, None])


def covered(start: Tensor, width: Tensor, size: int) -> Tensor:
    """Return which of `size` lines any of the strips covers, ``(batch, size)``, bool.

    Strip k of a picture covers lines ``start`` to ``start + width``, each ``(batch, n_strips)``.
    """
    line = torch.arange(size, device=start.device)
    inside = (line >= start[..., None]) & (line < (start + width)[..., None])
    return inside.any(dim=1)


def take_frames(log_mel: Tensor, position: Tensor) -> Tensor:
    """Show other frames: frame k of the result is at ``position[:, k]`` of the picture.

    position: ``(batch, n)``, from 0 to n_frames - 1; what lies between two frames is interpolated
    linearly (in ln(power), so no value leaves the range there was).
    """
    batch, n_mels, n_frames = log_mel.shape
    left = position.long()
    right = (left + 1).clamp_max(n_frames - 1)
    frames = [
        log_mel.gather(2, index[:, None].expand(batch, n_mels, -1)) for index in (left, right)
    ]
    share = (position - left).to(log_mel.dtype)
    return torch.lerp(frames[0], frames[1], share[:, None])

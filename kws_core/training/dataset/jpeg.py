"""What JPEG leaves of a grey picture, for sound that is to look as if it had been one.

The log-mel pictures of the training data were saved as baseline JPEG of quality 75, all with the
one table below. What that takes away has a texture of its own; where only pictures had it, a
network could tell pictures from recordings, and by that words that are known from one kind only.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from kws_core.training.dataset.shards import PICTURE_OFFSET, PICTURE_SCALE

BLOCK = 8
# Of luminance, in ITU-T T.81 (annex K.1), for quality 75; rows are frequencies over time.
_STEPS = torch.tensor(
    [
        [8, 6, 5, 8, 12, 20, 26, 31],
        [6, 6, 7, 10, 13, 29, 30, 28],
        [7, 7, 8, 12, 20, 29, 35, 28],
        [7, 9, 11, 15, 26, 44, 40, 31],
        [9, 11, 19, 28, 34, 55, 52, 39],
        [12, 18, 28, 32, 41, 52, 57, 46],
        [25, 32, 39, 44, 52, 61, 60, 51],
        [36, 46, 48, 49, 56, 50, 52, 50],
    ],
    dtype=torch.float32,
)


def _cosines() -> Tensor:
    """Return the orthonormal discrete cosine transform of a block's side, (frequency, place)."""
    place = torch.arange(BLOCK)
    waves = torch.cos(math.pi / BLOCK * (place + 0.5) * place[:, None])
    waves[0] /= math.sqrt(2)
    return waves * math.sqrt(2 / BLOCK)


_DCT = _cosines()


def pictured(log_mel: Tensor, length: Tensor | None = None) -> Tensor:
    """Return log-mels of sound, ``(batch, n_mels, frames)``, as if kept as pictures.

    Frames from `length`, ``(batch,)``, on, where there is no recording, stay.
    """
    grey = log_mel * PICTURE_SCALE + PICTURE_OFFSET
    kept = (after_jpeg(grey) - PICTURE_OFFSET) / PICTURE_SCALE
    if length is None:
        return kept
    frame = torch.arange(log_mel.shape[2], device=log_mel.device)
    heard = frame < length[:, None]  # (batch, frame)
    return torch.where(heard[:, None], kept, log_mel)


def after_jpeg(grey: Tensor) -> Tensor:
    """Return pictures of grey levels, ``(batch, band, frame)``, as JPEG gives them back.

    Frames are the picture's rows, bands its columns; what lies behind the last frame or band is
    filled with it, as encoders do. Levels come out whole, from 0 to 255.
    """
    n_bands, n_frames = grey.shape[1:]
    picture = grey.clamp(0, 255).round().transpose(1, 2)[:, None]  # (batch, 1, frame, band)
    fill = (0, -n_bands % BLOCK, 0, -n_frames % BLOCK)
    picture = F.pad(picture, fill, mode="replicate")[:, 0] - 128
    rows, columns = (size // BLOCK for size in picture.shape[1:])
    # (batch, row of blocks, column of blocks, frame, band)
    blocks = picture.reshape(-1, rows, BLOCK, columns, BLOCK).transpose(2, 3)
    dct, steps = _DCT.to(grey.device), _STEPS.to(grey.device)
    kept = (dct @ blocks @ dct.T / steps).round() * steps
    decoded = (dct.T @ kept @ dct + 128).round().clamp(0, 255)
    whole = decoded.transpose(2, 3).reshape(picture.shape)
    return whole[:, :n_frames, :n_bands].transpose(1, 2)

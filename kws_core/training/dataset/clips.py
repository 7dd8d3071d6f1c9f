"""Log-mel pictures in memory: word clips of a second, and long streams of noise or other speech."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import torch
from torch import Tensor

from kws_core.errors import DataError
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.labels import LABELS


@dataclass(frozen=True)
class Rows:
    """Clips of any kind, one row of each array a clip."""

    def __len__(self) -> int:
        return len(self._arrays()[0])

    def __add__(self, other: Self) -> Self:
        pairs = zip(self._arrays(), other._arrays(), strict=True)
        return type(self)(*(np.concatenate(pair) for pair in pairs))

    def select(self, rows: np.ndarray) -> Self:
        """Return the clips of these rows (a mask or indices)."""
        return type(self)(*(array[rows] for array in self._arrays()))

    def _arrays(self) -> list[np.ndarray]:
        return [getattr(self, part.name) for part in fields(self)]


@dataclass(frozen=True)
class Clips(Rows):
    """Log-mel pictures of clips of at most one second, one row each.

    `log_mel` is ``(n, n_mels, n_frames)`` float16 with the clip at the left; `length` says how
    many of its frames are the clip's.
    """

    log_mel: np.ndarray
    length: np.ndarray  # (n,) frames
    target: np.ndarray  # (n,) index into LABELS
    speaker: np.ndarray  # (n,) str
    is_picture: np.ndarray  # (n,) bool: only the picture was left of it

    def inputs(self, start: int, stop: int) -> Tensor:
        """Return what a network gets of these clips, each in the middle of its second.

        Shape ``(stop - start, n_mels, n_frames)``, float32.
        """
        log_mel = torch.from_numpy(np.array(self.log_mel[start:stop])).float()
        length = torch.from_numpy(self.length[start:stop].astype(np.int64))
        return _centred(log_mel, (log_mel.shape[2] - length) // 2)


@dataclass(frozen=True)
class Stream:
    """The log-mel of a long recording, ``(n_mels, frames)`` float16: noise, or other speech."""

    name: str
    log_mel: np.ndarray


def digital_silence(config: LogMelConfig) -> Stream:
    """Return a second of nothing at all; scaled up, it is noise with as much in every band."""
    shape = (config.n_mels, config.n_frames)
    return Stream("digital silence", np.full(shape, config.log_floor, np.float16))


def log_mel_of(front_end: LogMel, samples: np.ndarray) -> np.ndarray:
    """Return the log-mel of a recording, at least one frame, float16."""
    short = front_end.config.win_length - len(samples)
    if short > 0:
        samples = np.pad(samples, (0, short))
    with torch.inference_mode():
        picture = front_end(torch.from_numpy(np.ascontiguousarray(samples))[None])[0]
    return np.asarray(picture.numpy(), dtype=np.float16)


def gather_clips(
    rows: Iterable[tuple[np.ndarray, str, str]], n: int, config: LogMelConfig, *, is_picture: bool
) -> Clips:
    """Put `n` rows of (log-mel, word, speaker) into arrays; raises `DataError` for other words."""
    log_mel = np.full((n, config.n_mels, config.n_frames), config.log_floor, np.float16)
    length = np.zeros(n, np.int16)
    target = np.zeros(n, np.int16)
    speakers = []
    for i, (picture, word, speaker) in enumerate(rows):
        frames = min(picture.shape[1], config.n_frames)
        log_mel[i, :, :frames] = picture[:, :frames]
        if word not in LABELS:
            raise DataError(f"A clip says {word!r}, which is none of the labels.")
        length[i], target[i] = frames, LABELS.index(word)
        speakers.append(speaker)
    return Clips(log_mel, length, target, np.array(speakers), np.full(n, is_picture))


def _centred(log_mel: Tensor, before: Tensor) -> Tensor:
    """Move each picture `before` frames later, as `Recognizer` pads a short clip on both sides.

    What is behind a clip's end is silence already, so it is turned round to its front.
    """
    batch, n_mels, n_frames = log_mel.shape
    source = (torch.arange(n_frames) - before[:, None]) % n_frames  # (batch, n_frames)
    return log_mel.gather(2, source[:, None].expand(batch, n_mels, n_frames))

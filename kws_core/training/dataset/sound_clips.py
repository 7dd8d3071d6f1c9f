"""Clips as sound at 8 kHz, and what a network gets of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from kws_core.audio.waveform import Samples
from kws_core.training.dataset.clips import Rows

FULL_SCALE = 2**15 - 1  # of 16-bit sound


class SoundFrontEnd(Protocol):
    """A front end that starts from a band-limited wave."""

    def from_wave(self, wave: Tensor) -> Tensor:
        """Return the network's input of waves ``(batch, samples)`` at the lower rate."""


@dataclass(frozen=True)
class SoundClips(Rows):
    """Clips at 8 kHz, one row each: 16 bits, each clip in the middle of its second."""

    sound: npt.NDArray[np.int16]  # (n, samples)
    target: np.ndarray  # (n,) index into LABELS
    speaker: np.ndarray  # (n,) str
    is_picture: np.ndarray  # (n,) bool: only the picture was left of it


class ClipsThroughFrontEnd:
    """Clips to validate on: what the network gets of each, and what it should say."""

    def __init__(self, clips: SoundClips, front_end: SoundFrontEnd) -> None:
        self.clips = clips
        self.front_end = front_end
        self.target = clips.target
        self.is_picture = clips.is_picture

    def __len__(self) -> int:
        return len(self.clips)

    def inputs(self, start: int, stop: int) -> Tensor:
        """Return what a network gets of these clips, ``(stop - start, ...)``."""
        with torch.inference_mode():
            return self.front_end.from_wave(
                torch.from_numpy(as_float(self.clips.sound[start:stop]))
            )


def as_float(sound: npt.NDArray[np.int16]) -> Samples:
    """Return 16-bit sound as samples in [-1, 1]."""
    return sound.astype(np.float32) / np.float32(FULL_SCALE)


def as_int16(sound: Samples) -> npt.NDArray[np.int16]:
    """Return samples as 16-bit sound, clipped to [-1, 1]."""
    return np.round(np.clip(sound, -1.0, 1.0) * FULL_SCALE).astype(np.int16)

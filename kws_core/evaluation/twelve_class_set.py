"""The field's 12-class set, as TensorFlow's speech_commands and BC-ResNet make it.

All clips of the ten commands; as unknown, a tenth as many clips of other words, drawn at random;
as silence, a tenth as many random seconds of the long background noises, each at a random volume
of 0 to 1. (TensorFlow: ``silence_percentage`` and ``unknown_percentage`` of 10, rounded up.) Only
noise held out of training is used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import Samples
from kws_core.results.metrics import COMMANDS

SHARE = 0.1


def in_twelve_classes(words: Sequence[str], rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Say which of the clips of these words are in the set, (n,)."""
    chosen = np.isin(words, COMMANDS)
    others = np.flatnonzero(~chosen)
    chosen[rng.permutation(others)[: n_of_each(int(chosen.sum()))]] = True
    return chosen


def n_of_each(n_commands: int) -> int:
    """Return how many clips of unknown, and of silence, go with the clips of the commands."""
    return math.ceil(SHARE * n_commands)


def silence(
    noises: Sequence[Samples], n: int, n_samples: int, rng: np.random.Generator
) -> list[Samples]:
    """Draw `n` pieces of noise (n_samples,), each at a volume of 0 to 1."""
    windows = []
    for _ in range(n):
        noise = noises[int(rng.integers(len(noises)))]
        start = rng.integers(max(len(noise) - n_samples, 0) + 1)
        piece = np.resize(noise[start : start + n_samples], n_samples)
        windows.append(piece * np.float32(rng.random()))
    return windows

"""Clips that are unlike the others of their word, by the principal components of their log-mels.

What a clip is like: its log-mel in the middle of its second, averaged over blocks of frames, less
its mean, so that loud and faint clips are compared by shape.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.features.front_ends import LN_TO_DB
from kws_core.training.dataset.clips import Clips

N_COMPONENTS = 16
_FRAMES_A_BLOCK = 14  # 98 frames in 7 blocks
_BATCH = 1024

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components of clips, and how far each clip is from its word.

    points: (n, components). explained: (components,), shares of the variance. distance: (n,),
    Mahalanobis, from the mean of its word, by the covariance that all words share.
    """

    points: Floats
    explained: Floats
    distance: Floats


def shapes(clips: Clips) -> npt.NDArray[np.float32]:
    """Return (n, bands * blocks): what clips are like, in dB about their own mean."""
    rows = []
    for start in range(0, len(clips), _BATCH):
        x = clips.inputs(start, min(start + _BATCH, len(clips))).numpy()
        n, bands, frames = x.shape
        blocks = frames // _FRAMES_A_BLOCK
        cut = x[:, :, : blocks * _FRAMES_A_BLOCK]
        mean = cut.reshape(n, bands, blocks, _FRAMES_A_BLOCK).mean(axis=3).reshape(n, -1)
        rows.append((mean - mean.mean(axis=1, keepdims=True)) * np.float32(LN_TO_DB))
    return np.concatenate(rows)


def find_components(x: npt.NDArray[np.float32], word: npt.NDArray[np.integer]) -> Components:
    """Return the components of x (n, values), and the distances from the means of words (n,)."""
    centred = x - x.mean(axis=0)
    covariance = (centred.T @ centred).astype(np.float64) / len(x)
    values, vectors = np.linalg.eigh(covariance)
    order = np.argsort(-values)[:N_COMPONENTS]
    points = np.asarray(centred @ vectors[:, order], np.float64)
    from_word = points.copy()
    for each in np.unique(word):
        from_word[word == each] -= points[word == each].mean(axis=0)
    shared = from_word.T @ from_word / len(x)
    # A direction that nothing varies in says nothing; its inverse would be all noise.
    distance = np.sqrt(np.einsum("ni,ij,nj->n", from_word, np.linalg.pinv(shared), from_word))
    return Components(points, values[order] / max(float(values.sum()), 1e-12), distance)

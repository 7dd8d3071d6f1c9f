"""Scores to decide by: whether a word was said at all, and which, asked one after the other.

With 0.6 for "four" and 0.35 for "forward", a network is sure of a word and not of which; with 0.6
for "four" and 0.35 for unknown it is not sure of a word. A threshold on the larger of both cases
treats them alike, though only the second is how what is no word gets through. So the posterior is
taken apart, P(label) = P(word) P(label | word), and the second factor is sharpened: what is left
to the threshold is mostly the first. Measured in ``docs/experiments.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import Samples
from kws_core.labels import SILENCE, UNKNOWN

SHARPNESS = 3.0

# Gives the probabilities (windows, labels) of windows (windows, n_samples).
Posteriors = Callable[[Samples], npt.NDArray[np.float32]]


def word_scores(
    posteriors: npt.NDArray[np.floating],
    labels: Sequence[str],
    sharpness: float = SHARPNESS,
) -> npt.NDArray[np.float64]:
    """Return scores (..., labels), which add up to 1 as the posteriors (..., labels) do.

    The probabilities of the words among each other are raised to the power `sharpness`; those of
    unknown, of silence and of any word stay. A model that knows only words says nothing of whether
    it is one: its posteriors are returned as they are.
    """
    p = np.asarray(posteriors, dtype=np.float64)
    is_word = _is_word(tuple(labels))
    if is_word.all():
        return p
    words = np.where(is_word, p, 0.0)
    # Relative to the likeliest word, so that no power is too small for a float.
    likeliest = np.maximum(words.max(axis=-1, keepdims=True), np.finfo(np.float64).tiny)
    which = (words / likeliest) ** sharpness
    total = np.maximum(which.sum(axis=-1, keepdims=True), np.finfo(np.float64).tiny)
    scores: npt.NDArray[np.float64] = np.where(
        is_word, which / total * words.sum(axis=-1, keepdims=True), p
    )
    return scores


def scores_over_places(
    posteriors: Posteriors, windows: Samples, labels: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Return scores (n, labels) of windows (n, places, n_samples): of each mean over the places."""
    n, n_places, n_samples = windows.shape
    rows = posteriors(windows.reshape(-1, n_samples)).reshape(n, n_places, -1)
    return word_scores(rows.mean(axis=1), labels)


@lru_cache
def _is_word(labels: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    return np.array([label not in (SILENCE, UNKNOWN) for label in labels])

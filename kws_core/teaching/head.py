"""The head: how likely an embedding is each of the taught words rather than anything else.

Multinomial logistic regression on embeddings that were made comparable (`Space`), with one more
class for everything else, whose score is zero. What a word has to reach is its threshold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logit, logsumexp
from threadpoolctl import threadpool_limits

from kws_core.models.embeddings import Embeddings
from kws_core.spotting.detector_settings import DetectorSettings

Rows = npt.NDArray[np.float64]

# A word at its threshold has the posterior that the detector asks for by default. Above and below,
# it changes so much faster than the head's own odds that the finder, which asks for a little
# less, finds nearly the same, and that known words just below it stay what they were.
AT_THRESHOLD = DetectorSettings().threshold
STEEPNESS = 10.0
TAKES_OVER = float(logit(AT_THRESHOLD)) / STEEPNESS  # so far below its threshold it has a half
_PENALTY = 3e-5  # on squared weights, beside the mean loss
_WORD_WEIGHT = 0.1  # of a word in the loss, beside all that is none
_ITERATIONS = 200
_TOLERANCE = 2e-9


@dataclass(frozen=True, eq=False)
class Space:
    """How embeddings are compared: less their mean, turned and scaled, and of length one.

    mean: (n_embedding,). turn: (n_embedding, n), which shrinks the directions in which one word
    differs from speaker to speaker.
    """

    mean: Embeddings
    turn: Embeddings

    def place(self, embeddings: Embeddings) -> Embeddings:
        """Return the points (n, n) of embeddings (n, n_embedding)."""
        points = (embeddings - self.mean) @ self.turn
        length = np.linalg.norm(points, axis=-1, keepdims=True)
        return np.asarray(points / np.maximum(length, 1e-6), dtype=np.float32)

    def of_embeddings(self, mean: Embeddings, axes: Embeddings) -> Space:
        """Return the same space for embeddings, where this one takes their places on some axes.

        mean: (n_embedding,), which the axes (n_embedding, n) begin at; they are at right angles.
        """
        return Space(mean + axes @ self.mean, axes @ self.turn)


def make_space(
    others: Embeddings, words: Embeddings, which: npt.NDArray[np.integer], shrinkage: float = 0.2
) -> Space:
    """Make the space in which words lie apart and speakers do not.

    others: (n, n_embedding) of any sounds. words: (m, n_embedding) of many speakers; which: (m,)
    the number of the word of each.
    """
    everything = np.concatenate([others, words])
    means = np.stack([words[which == word].mean(axis=0) for word in np.unique(which)])
    index = np.searchsorted(np.unique(which), which)
    within = np.cov((words - means[index]).T)
    n = len(within)
    within = (1 - shrinkage) * within + shrinkage * np.trace(within) / n * np.eye(n)
    values, vectors = np.linalg.eigh(within)
    turn = vectors / np.sqrt(values) @ vectors.T
    return Space(everything.mean(axis=0).astype(np.float32), turn.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Head:
    """The taught words, and how points of a `Space` become scores of them.

    weights: (n, words); bias and threshold: (words,), the latter in log-odds against anything else.
    """

    words: tuple[str, ...]
    space: Space
    weights: Embeddings
    bias: Embeddings
    threshold: Embeddings

    def log_odds(self, embeddings: Embeddings) -> Rows:
        """Return the log-odds (n, words) of each word against anything else."""
        points = self.space.place(embeddings)
        return np.asarray(points @ self.weights + self.bias, dtype=np.float64)

    def shares(self, embeddings: Embeddings) -> Rows:
        """Return the probabilities (n, words) of embeddings (n, n_embedding); the rest is others'.

        A word at its threshold, alone, has `AT_THRESHOLD`.
        """
        above = STEEPNESS * (self.log_odds(embeddings) - self.threshold) + logit(AT_THRESHOLD)
        all_odds = logsumexp(np.pad(above, ((0, 0), (1, 0))), axis=1, keepdims=True)
        return np.asarray(np.exp(above - all_odds))


class Fit(NamedTuple):
    """Weights (d, words) and bias (words,) of a logistic regression."""

    weights: Embeddings
    bias: Embeddings

    def scores(self, points: Embeddings) -> Embeddings:
        """Return the log-odds (n, words) of points (n, d) against anything else."""
        return np.asarray(points @ self.weights + self.bias)


def fit(
    examples: Sequence[Sequence[Embeddings]],
    others: Embeddings,
    others_weight: npt.NDArray[np.floating],
    wrong: Sequence[Embeddings] = (),
    start: Fit | None = None,
    tolerance: float = _TOLERANCE,
) -> Fit:
    """Fit what tells words from each other and from the rest.

    examples: of each word, its takes, each of them points (variants, d). others: points (n, d) of
    anything else; others_weight: (n,), of each in the loss, one in all. wrong: counter-examples,
    which weigh as much as takes. start: an earlier fit to go on from. tolerance: least share of
    the loss that a step takes off it.
    """
    points, which, weight = [others], [np.full(len(others), -1)], [others_weight]
    n_takes = max(map(len, examples))
    for take in wrong:
        points.append(take)
        which.append(np.full(len(take), -1))
        weight.append(np.full(len(take), _WORD_WEIGHT / n_takes / len(take)))
    for word, takes in enumerate(examples):
        n = sum(map(len, takes))
        points += takes
        which.append(np.full(n, word))
        weight.append(np.full(n, _WORD_WEIGHT / n))
    return _minimized(
        np.concatenate(points),
        np.concatenate(which),
        np.concatenate(weight).astype(np.float32),
        len(examples),
        start,
        tolerance,
    )


def _minimized(
    points: Embeddings,
    which: npt.NDArray[np.integer],
    weight: npt.NDArray[np.float32],
    n_words: int,
    start: Fit | None,
    tolerance: float,
) -> Fit:
    """Minimize the weighted log loss and the penalty; which: the number of the word, -1 if none."""
    n, d = points.shape
    target = np.zeros((n, n_words), np.float32)
    target[np.flatnonzero(which >= 0), which[which >= 0]] = 1

    def loss(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        stacked = flat.reshape(d + 1, n_words).astype(np.float32)
        scores = points @ stacked[:d] + stacked[d]
        top = np.maximum(scores.max(axis=1, keepdims=True), 0)
        odds = np.exp(scores - top)
        total = odds.sum(axis=1, keepdims=True) + np.exp(-top)
        log_loss = np.log(total[:, 0]) + top[:, 0] - (scores * target).sum(axis=1)
        change = (odds / total - target) * weight[:, None]
        slope = np.concatenate([points.T @ change, change.sum(axis=0, keepdims=True)])
        slope[:d] += 2 * _PENALTY * stacked[:d]
        value = float(weight @ log_loss) + _PENALTY * float(np.square(stacked[:d]).sum())
        return value, slope.astype(np.float64).ravel()

    first = np.zeros((d + 1, n_words)) if start is None else np.vstack(start)
    # On a busy machine, threads that wait for each other made it ten times as long.
    with threadpool_limits(1, "blas"):
        options = {"maxiter": _ITERATIONS, "ftol": tolerance}
        found = minimize(loss, first.ravel(), jac=True, method="L-BFGS-B", options=options)
    stacked = found.x.reshape(d + 1, n_words).astype(np.float32)
    return Fit(stacked[:d], stacked[d])

"""How good scores are: accuracy with its interval, per-word figures, confusions, calibration.

All take posteriors ``(n, labels)`` and targets ``(n,)`` (columns of the true labels), as numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.labels import LABELS, SILENCE, UNKNOWN

Posteriors = npt.NDArray[np.floating]
Targets = npt.NDArray[np.integer]

COMMANDS = ("yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go")
TWELVE_LABELS = (*COMMANDS, SILENCE, UNKNOWN)


@dataclass(frozen=True)
class Share:
    """A share of clips with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


def wilson_interval(n_right: int, n: int, z: float = 1.959964) -> Share:
    """Return a share with Wilson's score interval, 95 % by default (Wilson 1927)."""
    if n == 0:
        return Share(math.nan, 0.0, 1.0, 0)
    share = n_right / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Share(share, max(0.0, centre - half), min(1.0, centre + half), n)


def accuracy(posteriors: Posteriors, targets: Targets) -> Share:
    """Return the share of clips whose best label is the true one."""
    right = posteriors.argmax(axis=1) == targets
    return wilson_interval(int(right.sum()), len(right))


def mean_over_words(posteriors: Posteriors, targets: Targets) -> float:
    """Return the mean of the words' recalls: rare words count as much as common ones."""
    right = posteriors.argmax(axis=1) == targets
    return float(np.mean([right[targets == target].mean() for target in np.unique(targets)]))


def confusion_matrix(
    posteriors: Posteriors, targets: Targets, n_labels: int
) -> npt.NDArray[np.int64]:
    """Return counts ``(n_labels, n_labels)``: true label down, heard label across."""
    counts = np.zeros((n_labels, n_labels), dtype=np.int64)
    np.add.at(counts, (targets, posteriors.argmax(axis=1)), 1)
    return counts


@dataclass(frozen=True)
class WordFigures:
    """Precision, recall and their harmonic mean for one label, and its number of clips.

    precision is None if the label was never heard, recall if it was never said.
    """

    label: str
    precision: float | None
    recall: float | None
    f1: float | None
    n: int


def word_figures(counts: npt.NDArray[np.int64], labels: Sequence[str]) -> list[WordFigures]:
    """Return each label's figures from a confusion matrix."""
    figures = []
    for i, label in enumerate(labels):
        heard, spoken = int(counts[:, i].sum()), int(counts[i].sum())
        right = int(counts[i, i])
        precision = right / heard if heard else None
        recall = right / spoken if spoken else None
        f1 = 2 * right / (heard + spoken) if heard + spoken else None
        figures.append(WordFigures(label, precision, recall, f1, spoken))
    return figures


def top_confusions(
    counts: npt.NDArray[np.int64], labels: Sequence[str], n: int = 15
) -> list[tuple[str, str, int]]:
    """Return the commonest errors: (said, heard, times)."""
    errors = counts - np.diag(np.diag(counts))
    order = np.argsort(-errors, axis=None, kind="stable")[:n]
    pairs = [np.unravel_index(i, errors.shape) for i in order]
    return [(labels[a], labels[b], int(errors[a, b])) for a, b in pairs if errors[a, b]]


@dataclass(frozen=True)
class ReliabilityBin:
    """Clips whose best score lies in a range: their mean score, and how many were right."""

    low: float
    high: float
    confidence: float
    accuracy: float
    n: int


def reliability(
    posteriors: Posteriors, targets: Targets, n_bins: int = 15
) -> tuple[list[ReliabilityBin], float]:
    """Return the reliability diagram and the expected calibration error (Guo et al. 2017)."""
    best = posteriors.max(axis=1)
    right = posteriors.argmax(axis=1) == targets
    which = np.minimum((best * n_bins).astype(int), n_bins - 1)
    bins, error = [], 0.0
    for i in range(n_bins):
        inside = which == i
        n = int(inside.sum())
        if n:
            confidence, share = float(best[inside].mean()), float(right[inside].mean())
            error += n / len(best) * abs(confidence - share)
            bins.append(ReliabilityBin(i / n_bins, (i + 1) / n_bins, confidence, share, n))
    return bins, error


def twelve_classes(posteriors: Posteriors) -> Posteriors:
    """Return the field's 12-class view, ``(n, 12)``: all other words are added to unknown."""
    columns = [LABELS.index(label) for label in (*COMMANDS, SILENCE)]
    rest = [i for i in range(len(LABELS)) if i not in columns]
    return np.concatenate(
        [posteriors[:, columns], posteriors[:, rest].sum(axis=1, keepdims=True)], axis=1
    )

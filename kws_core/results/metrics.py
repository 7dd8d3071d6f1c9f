"""How good scores are: accuracy with its interval, per-word figures, confusions, calibration, ROC.

Most take posteriors ``(n, labels)`` and targets ``(n,)`` (columns of the true labels), as numpy.
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
    # The share itself lies inside, whatever rounding does to the ends.
    return Share(share, max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half)), n)


def interval_text(low: float, high: float, digits: int = 1) -> str:
    """Return the interval of a share as people write it, such as "94.2 to 95.7%"."""
    return f"{100 * low:.{digits}f} to {high:.{digits}%}"


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


@dataclass(frozen=True)
class RocCurve:
    """How many clips of a word are caught, and how many others with them, by the least score.

    Shares of 0 to 1, from the highest threshold to the lowest; the corner (0, 0) is left out.
    area: under the whole curve, of which the points are a selection.
    """

    area: float
    false_positive: tuple[float, ...]
    true_positive: tuple[float, ...]
    threshold: tuple[float, ...]


def roc_curve(
    scores: npt.NDArray[np.floating], is_word: npt.NDArray[np.bool_], n_points: int = 40
) -> RocCurve | None:
    """Return the receiver operating characteristic of scores ``(n,)``, None without both kinds.

    The points kept are spread evenly over the logarithm of the false positives: what matters of
    a good detector lies near zero.
    """
    n_words, n_others = int(is_word.sum()), int((~is_word).sum())
    if not n_words or not n_others:
        return None
    order = np.argsort(-scores, kind="stable")
    last_of_equals = np.append(np.diff(scores[order]) != 0, True)
    caught = np.cumsum(is_word[order])[last_of_equals] / n_words
    wrong = np.cumsum(~is_word[order])[last_of_equals] / n_others
    area = float(np.trapezoid(np.append(0.0, caught), np.append(0.0, wrong)))
    grid = np.append(0.0, np.geomspace(1 / n_others, 1.0, n_points - 1))
    # The last point below the limit of false positives (half of one covers rounding).
    kept = np.unique(np.searchsorted(wrong, grid + 0.5 / n_others, side="right") - 1)
    kept = kept[kept >= 0]
    points = (wrong[kept], caught[kept], scores[order][last_of_equals][kept])
    return RocCurve(area, *(tuple(float(x) for x in column) for column in points))


@dataclass(frozen=True)
class Rate:
    """How often something happened per hour, with its 95 % interval."""

    per_hour: float
    low: float
    high: float
    count: int
    hours: float


def poisson_rate(count: int, hours: float, share: float = 0.95) -> Rate:
    """Return a rate with the exact interval of a Poisson count (Garwood 1936)."""
    from scipy.stats import chi2

    tail = (1 - share) / 2
    low = chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    high = chi2.ppf(1 - tail, 2 * count + 2) / 2
    return Rate(count / hours, float(low) / hours, float(high) / hours, count, hours)


def twelve_classes(posteriors: Posteriors, labels: Sequence[str] = LABELS) -> Posteriors:
    """Return the field's 12-class view, ``(n, 12)``: all other words are added to unknown.

    A class that is none of the labels (silence, of a model that knows words only) gets nothing.
    """
    twelve = np.zeros((len(posteriors), len(TWELVE_LABELS)), posteriors.dtype)
    unknown = TWELVE_LABELS.index(UNKNOWN)
    for column, label in enumerate(labels):
        known = TWELVE_LABELS.index(label) if label in TWELVE_LABELS else unknown
        twelve[:, known] += posteriors[:, column]
    return twelve

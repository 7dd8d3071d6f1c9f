"""How far a taught word can be trusted: what its takes and other people's speech say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.models.embeddings import Embeddings
from kws_core.results.metrics import Rate, poisson_rate
from kws_core.teaching.hits import Rows, threshold_for


@dataclass(frozen=True, eq=False)
class WordReport:
    """What is known of a taught word.

    takes: how many it was learnt from; repeated: how many more were the same recording again.
    left_out: for each take, the threshold that it reaches with a head that was not fitted on it
    (takes,), empty for a single take. heard: the thresholds that other people's speech reaches,
    highest first. hours: how much speech that was. nearest: the label that sounds most like it,
    among the taught and the known; likeness: the cosine of both, 1 for the same. threshold: the
    one in use, in log-odds.
    """

    word: str
    takes: int
    repeated: int
    left_out: npt.NDArray[np.float64]
    heard: npt.NDArray[np.float64]
    hours: float
    nearest: str
    likeness: float
    threshold: float

    @property
    def found(self) -> int:
        """Takes that were found at the threshold when left out."""
        return self.found_at(self.threshold)

    @property
    def false_alarms(self) -> Rate:
        """False alarms per hour of other people's speech at the threshold, with their interval."""
        return self.false_alarms_at(self.threshold)

    def found_at(self, threshold: float) -> int:
        """Return how many takes were found at another threshold."""
        return int((self.left_out >= threshold).sum())

    def false_alarms_at(self, threshold: float) -> Rate:
        """Return the false alarms per hour at another threshold."""
        return poisson_rate(int((self.heard >= threshold).sum()), self.hours)

    def threshold_for(self, count: int) -> float:
        """Return the threshold that lets through `count` false alarms in the counted hours."""
        return threshold_for(self.heard, count)

    def curve(self, most: int = 20) -> list[tuple[float, float]]:
        """Return (false alarms per hour, share of takes found when left out), by rising alarms.

        Up to `most` false alarms in the counted hours; nothing for a single take.
        """
        if not len(self.left_out):
            return []
        counts = range(min(most, len(self.heard)) + 1)
        return [
            (count / self.hours, self.found_at(self.threshold_for(count)) / len(self.left_out))
            for count in counts
        ]

    @property
    def odd_takes(self) -> tuple[int, ...]:
        """Numbers of the takes, from 0, that were not found when left out."""
        return tuple(np.flatnonzero(self.left_out < self.threshold).tolist())


def nearest_word(
    middles: Embeddings, word: int, known: Embeddings, labels: Sequence[str]
) -> tuple[str, float]:
    """Return the label nearest to a taught word, and the cosine of both.

    middles: (words, d) of unit length, of the taught words; known: (labels, d), likewise, of the
    known ones; labels: of the taught words and then the known.
    """
    likeness = np.concatenate([middles, known]) @ middles[word]
    likeness[word] = -np.inf
    best = int(likeness.argmax())
    return labels[best], float(likeness[best])


def middle(points: Embeddings) -> Embeddings:
    """Return the mean direction (d,) of points (n, d)."""
    mean = points.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)


def highest(reached: Rows) -> Rows:
    """Return finite thresholds (n,), highest first."""
    return np.sort(reached[np.isfinite(reached)])[::-1]

"""Which map is faithful: the score while its highest cells are removed, or shown, first.

Petsiuk, Das and Saenko: RISE (BMVC 2018). The better a map, the sooner the score falls when its
largest cells go (deletion, small area), and the sooner it rises when they come (insertion, large
area). A random order of the cells is what any map must beat.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from kws_core.audio.remembered import Floats

POINTS: Final = 25  # of a curve
RANDOM_ORDERS: Final = 4

# What scores pictures: (n, bands, frames) to the probability of the label, (n,).
Score = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class Curve:
    """The score of a label while a picture's cells go or come.

    shares: (n,), of the cells that have gone or come, 0 to 1. scores: (n,), 0 to 1.
    """

    shares: Floats
    scores: Floats

    @property
    def area(self) -> float:
        """The area under the curve: the mean score on the way, 0 to 1."""
        return float(np.trapezoid(self.scores, self.shares))


def deletion(
    score: Score, picture: Floats, baseline: Floats, attribution: Floats, points: int = POINTS
) -> Curve:
    """Turn a picture into the baseline, the cells with the largest values of a map first."""
    return _curve(score, picture, baseline, attribution, points)


def insertion(
    score: Score, picture: Floats, baseline: Floats, attribution: Floats, points: int = POINTS
) -> Curve:
    """Turn the baseline into the picture, the cells with the largest values of a map first."""
    return _curve(score, baseline, picture, attribution, points)


def random_maps(shape: tuple[int, ...], n: int = RANDOM_ORDERS, seed: int = 0) -> list[Floats]:
    """Return maps whose order of cells means nothing."""
    generator = np.random.default_rng(seed)
    return [generator.random(shape, dtype=np.float32) for _ in range(n)]


def mean_curve(curves: Sequence[Curve]) -> Curve:
    """Return the mean of curves with the same shares."""
    scores = np.mean([curve.scores for curve in curves], axis=0, dtype=np.float32)
    return Curve(curves[0].shares, np.asarray(scores))


def _curve(score: Score, start: Floats, end: Floats, attribution: Floats, points: int) -> Curve:
    order = np.argsort(-attribution, axis=None, kind="stable")
    counts = np.round(np.linspace(0, order.size, points)).astype(int)
    pictures = np.repeat(start[None], points, axis=0)
    changed, goal = pictures.reshape(points, -1), end.ravel()
    for row, count in zip(changed, counts, strict=True):
        row[order[:count]] = goal[order[:count]]
    return Curve((counts / order.size).astype(np.float32), score(pictures))

"""Full batches for a network out of the windows of several recordings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import Samples
from kws_core.spotting.word_scores import Posteriors, scores_over_places

Scores = npt.NDArray[np.float64]
_MOST = 64


class WindowBatch:
    """Collects windows until a batch is full; each caller gets the scores of its own.

    posteriors: gives the probabilities (windows, labels) of windows (windows, n_samples).
    """

    def __init__(self, posteriors: Posteriors, labels: Sequence[str], most: int = _MOST) -> None:
        self.labels = tuple(labels)
        self._posteriors, self._most = posteriors, most
        self._waiting: list[tuple[Samples, Callable[[Scores], object]]] = []

    def add(self, windows: Samples, deliver: Callable[[Scores], object]) -> None:
        """Queue windows (n, places, n_samples); `deliver` is called with scores (n, labels)."""
        self._waiting.append((windows, deliver))
        while sum(len(waiting) for waiting, _ in self._waiting) >= self._most:
            self._compute()

    def flush(self) -> None:
        """Score all that waits, and what is queued on delivery."""
        while self._waiting:
            self._compute()

    def _compute(self) -> None:
        group, self._waiting = self._waiting, []
        windows = np.concatenate([windows for windows, _ in group])
        scores = scores_over_places(self._posteriors, windows, self.labels)
        stops = np.cumsum([len(windows) for windows, _ in group])[:-1]
        for (_, deliver), part in zip(group, np.split(scores, stops), strict=True):
            deliver(part)

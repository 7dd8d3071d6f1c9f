"""What all listeners of a server did together, for whoever watches over it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

_KEPT = 1000  # of the last windows


@dataclass(frozen=True)
class Sums:
    """Counts since the server started.

    listening: threads that listen now. frames, lost_s: pieces of sound that came, and seconds that
    never did; dropped: frames left out because too many waited. windows: scored ones.
    window_p50, window_p95: seconds that one of the last thousand took, None before the first.
    """

    listening: int
    frames: int
    lost_s: float
    dropped: int
    windows: int
    window_p50: float | None
    window_p95: float | None


class Totals:
    """Adds up what listeners report, from any threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listening = self._frames = self._dropped = self._windows = 0
        self._lost_s = 0.0
        self._times: deque[float] = deque(maxlen=_KEPT)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Count a thread that listens."""
        with self._lock:
            self._listening += 1
        try:
            yield
        finally:
            with self._lock:
                self._listening -= 1

    def add(self, frames: int, lost_s: float, windows: int, seconds: float) -> None:
        """Count frames, what was lost before them, and their windows, which took so long."""
        with self._lock:
            self._frames += frames
            self._lost_s += lost_s
            if windows:
                self._windows += windows
                self._times.append(seconds / windows)

    def drop(self, frames: int) -> None:
        """Count frames that were left out."""
        with self._lock:
            self._dropped += frames

    def read(self) -> Sums:
        """Return how it stands."""
        with self._lock:
            times = list(self._times)
            p50, p95 = np.percentile(times, [50, 95]).tolist() if times else (None, None)
            return Sums(
                self._listening, self._frames, self._lost_s, self._dropped, self._windows, p50, p95
            )


TOTALS = Totals()

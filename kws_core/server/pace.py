"""How much sound may come: no more than was recorded in the meantime."""

from __future__ import annotations

import time
from collections.abc import Callable

AHEAD_S = 10.0  # what a network may hold back and then bring at once


class Pace:
    """Watches that sound comes no faster than it can be recorded."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._room = AHEAD_S
        self._checked = clock()

    def allows(self, seconds: float) -> bool:
        """Count seconds of sound; returns whether all so far are within bounds."""
        now = self._clock()
        self._room = min(AHEAD_S, self._room + now - self._checked) - seconds
        self._checked = now
        return self._room >= 0

"""Tokens: each opens one connection, once, within a short time."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

VALID_S = 30.0

Holder = TypeVar("Holder")


class Tokens(Generic[Holder]):
    """The tokens that were given out, and to whom; for any threads.

    A holder has one at a time: a new one replaces the one before.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._given: dict[str, tuple[Holder, float]] = {}

    def __len__(self) -> int:
        return len(self._given)

    def issue(self, holder: Holder) -> str:
        """Return a new token for a holder."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._given = {
                given: (owner, until)
                for given, (owner, until) in self._given.items()
                if owner is not holder and now < until
            }
            self._given[token] = holder, now + VALID_S
        return token

    def redeem(self, token: str) -> Holder | None:
        """Return whose token it is, and forget it; None if it is unknown, used or too old."""
        with self._lock:
            holder, until = self._given.pop(token, (None, 0.0))
        return holder if self._clock() < until else None

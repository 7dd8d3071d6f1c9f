"""The line of a session: where the sound of its microphone comes in, over one connection."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy.typing as npt

from kws_core.server.blocks import Block
from kws_core.server.refusals import Close, StreamRefusedError


class Sink(Protocol):
    """What takes the sound of a microphone, such as a `Listener`."""

    def begin_stream(self) -> None:
        """Take note that the microphone was started."""

    def put(self, samples: npt.NDArray[Any], sample_rate: int, recorded: float) -> None:
        """Take samples (n,) at sample_rate Hz, floats or of 16 bits.

        recorded: the second of the source's clock at which they began.
        """

    @property
    def newest_word(self) -> tuple[int, str] | None:
        """Number, counted up, and label of the last word that was heard."""

    def call_on_word(self, call: Callable[[], None]) -> None:
        """Have something called after each word, by another thread, in place of the one before."""


def _always() -> bool:
    return True


class Line:
    """Brings the blocks of one session to its sink, and to no other; for any threads.

    page: the address of the session's page, if known. is_wanted: whether the page still listens,
    asked from any thread. lost: seconds of the current run that never came. connections: how many
    there were for this run; more than one if it was interrupted. is_asleep: whether the last one
    ended for silence, and the browser waits for sound before it opens another.
    """

    def __init__(
        self,
        sink: Sink,
        page: str | None = None,
        is_wanted: Callable[[], bool] = _always,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.page = page
        self.is_wanted = is_wanted
        self.received = self.connections = 0
        self.lost = 0.0
        self.is_asleep = False
        self.connected_since: float | None = None
        self._sink = sink
        self._clock = clock
        self._lock = threading.Lock()
        self._connection = 0  # the number of the newest
        self._run: int | None = None
        self._next = 0  # number of the block that comes next

    @property
    def is_connected(self) -> bool:
        """Whether a connection is open."""
        return self.connected_since is not None

    @property
    def newest_word(self) -> tuple[int, str] | None:
        """Number and label of the last word that the sink has heard."""
        return self._sink.newest_word

    def call_on_word(self, call: Callable[[], None]) -> None:
        """Have something called after each word, as the sink does it."""
        self._sink.call_on_word(call)

    def connect(self) -> int:
        """Take up a connection, and return its number; the one before is over."""
        with self._lock:
            self._connection += 1
            self.connections += 1
            self.is_asleep = False
            self.connected_since = self._clock()
            return self._connection

    def disconnect(self, connection: int, *, for_silence: bool = False) -> None:
        """Take note that a connection has ended."""
        with self._lock:
            if connection == self._connection:
                self.connected_since = None
                self.is_asleep = for_silence

    def has(self, connection: int) -> bool:
        """Whether this connection is the newest."""
        return connection == self._connection

    def take(self, connection: int, block: Block) -> None:
        """Bring a block to the sink.

        Raises StreamRefusedError if another connection has taken over, or if the block comes twice
        or too late.
        """
        with self._lock:
            if connection != self._connection:
                raise StreamRefusedError(Close.REPLACED, "Another connection has taken over.")
            if block.run != self._run:
                self._begin(block)
            if block.number < self._next:
                raise StreamRefusedError(
                    Close.FORMAT, f"Block {block.number} came twice or out of order."
                )
            self.lost += (block.number - self._next) * block.seconds
            self._next = block.number + 1
            self.received += 1
            self._sink.put(block.values, block.sample_rate, block.time)

    def _begin(self, block: Block) -> None:
        self._run, self._next = block.run, block.number
        self.received, self.lost, self.connections = 0, 0.0, 1
        self._sink.begin_stream()

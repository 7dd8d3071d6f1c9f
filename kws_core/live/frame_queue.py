"""Where frames wait for the detector: bounded, and never in the way of who brings them."""

from __future__ import annotations

import threading
from collections import deque

from kws_core.live.frames import Frame
from kws_core.live.totals import TOTALS

_ROUNDING_S = 1e-6


class FrameQueue:
    """A bounded queue of frames, in order; for any threads, of which one takes.

    received: frames that were brought; dropped: of them, left out because too many waited.
    """

    def __init__(self, capacity: int) -> None:
        self._frames: deque[Frame] = deque()
        self._seconds = 0.0  # of the frames that wait
        self._wanted = float("inf")  # seconds that the thread that takes waits for
        self._enough = threading.Condition()
        self.capacity = capacity
        self.received = self.dropped = 0
        self.last_arrival: float | None = None

    def __len__(self) -> int:
        return len(self._frames)

    def put(self, frame: Frame) -> None:
        """Add a frame in microseconds; where there is no room, drop all that wait, to catch up.

        Words heard that much later are of no use: better to go on with what is said now.
        """
        with self._enough:
            self.received += 1
            self.last_arrival = frame.arrived
            if len(self._frames) >= self.capacity:
                n_dropped = len(self._take())
                self.dropped += n_dropped
                TOTALS.drop(n_dropped)
            self._frames.append(frame)
            self._seconds += frame.seconds
            if self._seconds > self._wanted - _ROUNDING_S:
                self._enough.notify()

    def take(self, timeout: float, seconds: float = 0.0) -> list[Frame]:
        """Return all frames that wait, once there are `seconds` of sound, and one at the least.

        After `timeout` seconds, those that are there.
        """
        with self._enough:
            self._wanted = seconds
            self._enough.wait_for(self._has_enough, timeout)
            self._wanted = float("inf")
            return self._take()

    def _has_enough(self) -> bool:
        return bool(self._frames) and self._seconds > self._wanted - _ROUNDING_S

    def _take(self) -> list[Frame]:
        frames = list(self._frames)
        self._frames.clear()
        self._seconds = 0.0
        return frames

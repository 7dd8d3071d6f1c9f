"""Where frames wait for the detector: bounded, and never in the way of who brings them."""

from __future__ import annotations

import contextlib
import queue

from kws_core.live.frames import Frame
from kws_core.live.totals import TOTALS


class FrameQueue:
    """A bounded queue of frames, in order; for any threads.

    received: frames that were brought; dropped: of them, left out because too many waited.
    """

    def __init__(self, capacity: int) -> None:
        self._frames: queue.Queue[Frame] = queue.Queue(capacity)
        self.capacity = capacity
        self.received = self.dropped = 0
        self.last_arrival: float | None = None

    def __len__(self) -> int:
        return self._frames.qsize()

    def put(self, frame: Frame) -> None:
        """Add a frame in microseconds; where there is no room, drop all that wait, to catch up.

        Words heard that much later are of no use: better to go on with what is said now.
        """
        self.received += 1
        self.last_arrival = frame.arrived
        while True:
            with contextlib.suppress(queue.Full):
                self._frames.put_nowait(frame)
                return
            n_dropped = len(self.take(timeout=0.0))
            self.dropped += n_dropped
            TOTALS.drop(n_dropped)

    def take(self, timeout: float) -> list[Frame]:
        """Return all frames that wait; or wait for one, `timeout` seconds at most."""
        frames: list[Frame] = []
        with contextlib.suppress(queue.Empty):
            frames.append(self._frames.get(block=timeout > 0, timeout=timeout or None))
            while len(frames) < self.capacity:
                frames.append(self._frames.get_nowait())
        return frames

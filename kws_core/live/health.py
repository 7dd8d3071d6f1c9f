"""How well a listener keeps up: frames, queue, times and faults of the stream."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from kws_core.live.frame_queue import FrameQueue
from kws_core.live.frames import FRAME_S
from kws_core.spotting import Faults

_KEPT = 100  # of the last windows, words
_FRAMES_KEPT = 1500  # half a minute
_NEWEST_S = 2.0


@dataclass(frozen=True)
class Health:
    """Times in seconds, None where there is none yet.

    received: frames that came; dropped: of them, left out because too many waited; queued: frames
    that wait. inference, inference_most: for all windows of a piece, median and longest.
    delay, delay_p95: from a frame's arrival to the decision about it. latency: from the end of a
    word's sound to the decision, median of the last words. late: delay of the newest
    frames compared with the fastest. since_frame: since the last one. missing: in gaps of more
    than a second. faults: see `Faults`, with shorter gaps.
    """

    received: int = 0
    dropped: int = 0
    queued: int = 0
    inference: float | None = None
    inference_most: float | None = None
    delay: float | None = None
    delay_p95: float | None = None
    latency: float | None = None
    late: float = 0.0
    since_frame: float | None = None
    missing: float = 0.0
    faults: Faults = field(default_factory=Faults)

    @property
    def behind(self) -> float:
        """Seconds of sound that wait."""
        return self.queued * FRAME_S

    @property
    def lost_share(self) -> float:
        """Which share of the sound was lost on its way here, from 0 to 1."""
        lost = self.faults.lost
        return lost / (lost + self.received * FRAME_S) if lost else 0.0


class Stopwatch:
    """Collects the times of the last frames, windows and words."""

    def __init__(self) -> None:
        self._inference: deque[float] = deque(maxlen=_KEPT)
        self._delay: deque[float] = deque(maxlen=_KEPT)
        self._latency: deque[float] = deque(maxlen=_KEPT)
        self._transit: deque[float] = deque(maxlen=_FRAMES_KEPT)
        self._newest: deque[tuple[float, float]] = deque(maxlen=_KEPT)  # when, how long on its way

    def arrived(self, time: float, now: float) -> float:
        """Note a frame whose last sample was recorded at `time` by its source's clock.

        Returns its delay in seconds, compared with the fastest frame.
        """
        self._transit.append(now - time)
        self._newest.append((now, now - time))
        return self._transit[-1] - min(self._transit)

    def decided(self, inference: float, delay: float) -> None:
        """Note what a piece took that completed a window."""
        self._inference.append(inference)
        self._delay.append(delay)

    def heard(self, latency: float) -> None:
        """Note a word."""
        self._latency.append(latency)

    def new_stream(self) -> None:
        """Forget the clock of the source before."""
        self._transit.clear()
        self._newest.clear()

    def read(self, now: float, waiting: FrameQueue, faults: Faults, missing: float = 0.0) -> Health:
        """Return the state at the time `now`, with that of the queue and of the detector."""
        last = self._newest[-1][0] if self._newest else 0.0
        newest = [transit for at, transit in self._newest if last - at < _NEWEST_S]
        return Health(
            received=waiting.received,
            dropped=waiting.dropped,
            queued=len(waiting),
            inference=_percentile(self._inference, 50),
            inference_most=_percentile(self._inference, 100),
            delay=_percentile(self._delay, 50),
            delay_p95=_percentile(self._delay, 95),
            latency=_percentile(self._latency, 50),
            late=max(newest, default=0.0) - min(self._transit, default=0.0),
            since_frame=None if waiting.last_arrival is None else now - waiting.last_arrival,
            missing=missing,
            faults=faults,
        )


def _percentile(times: deque[float], q: float) -> float | None:
    return float(np.percentile(list(times), q)) if times else None

"""One thread per session that listens to a microphone or a sample."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from kws_core.audio.waveform import Samples
from kws_core.live.frame_queue import FrameQueue
from kws_core.live.frames import BROWSER_RATE, FRAME_S, Frame, Playback, joined
from kws_core.live.health import Health
from kws_core.live.hearing import Hearing
from kws_core.live.totals import TOTALS
from kws_core.spotting import KeywordDetector

IDLE_AFTER_S = 3.5  # without anybody there, the thread ends
QUEUE_S = 10.0  # of sound that may wait
THREAD_NAME = "kws-listener"

_IDLE_WAIT_S = 0.1
_log = logging.getLogger(__name__)


def _nobody() -> bool:
    return False


class Listener:
    """Brings frames to a detector in a thread of its own; results are in `hearing`.

    The thread runs only while the session's page calls `attend`: the work ends with the page, and
    the results stay. All methods may be called from any
    thread; `put` takes microseconds and never waits for the detector.
    """

    def __init__(
        self,
        detector: KeywordDetector,
        model: str = "",
        *,
        idle_after: float = IDLE_AFTER_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.hearing = Hearing(detector, model, clock)
        self.paused = False
        self.failure: Exception | None = None  # that ended the thread
        self.n_played = 0  # recordings so far
        self._idle_after = idle_after
        self._clock = clock
        self._lock = threading.Lock()  # of the thread and its source
        self._queue = FrameQueue(round(QUEUE_S / FRAME_S))
        self._thread: threading.Thread | None = None
        self._attended = float("-inf")
        self._still_there = _nobody
        self._playback: Playback | None = None
        self._stream = self._run_number = 0  # that frames belong to from now on

    def attend(self, still_there: Callable[[], bool] = _nobody) -> None:
        """Say that somebody is there: the thread runs, and goes on for a few seconds.

        It goes on for longer while `still_there` says so, which it is asked from the thread: a page
        that a busy browser is slow to renew is still there.
        """
        with self._lock:
            self._attended = self._clock()
            self._still_there = still_there
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)
                self._thread.start()

    def leave(self) -> None:
        """Say that nobody listens any more, as far as is known: the thread ends in a while."""
        with self._lock:
            self._still_there = _nobody

    def close(self, timeout: float = 5.0) -> None:
        """End the thread, and wait for its end, `timeout` seconds at most."""
        with self._lock:
            self._attended, self._still_there = float("-inf"), _nobody
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join(timeout)

    @property
    def is_running(self) -> bool:
        """Whether its thread runs."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    @property
    def has_begun(self) -> bool:
        """Whether sound of this run was heard already; until then `hearing` has the run before."""
        return self.hearing.run == self._run_number

    @property
    def newest_word(self) -> tuple[int, str] | None:
        """Number and label of the last word of this run, if there is one."""
        word = self.hearing.newest_word
        return None if word is None else (word.number, word.label)

    def call_on_word(self, call: Callable[[], None]) -> None:
        """Have something called after each word, by another thread, in place of the one before."""
        self.hearing.on_word = call

    @property
    def health(self) -> Health:
        """How well it keeps up."""
        return self.hearing.health(self._queue)

    def put(self, samples: npt.NDArray[Any], sample_rate: int, recorded: float) -> None:
        """Take a piece of a microphone's sound, (n,) at sample_rate Hz, recorded at that second.

        samples: floats with full scale at 1, or of 16 bits. While paused, and while a recording
        plays, it is left out.
        """
        if not self.paused and self._playback is None:
            self._put(samples, sample_rate, recorded)

    def begin_stream(self) -> None:
        """Say that a new connection starts, whose clock starts anew; it is not paused."""
        with self._lock:
            self.paused = self.paused and self._playback is not None
            self._begin_run()

    def play(self, samples: Samples) -> None:
        """Play a recording (n,) at 16 kHz in place of any microphone, in real time."""
        playback = Playback(samples, self._clock())
        with self._lock:
            self.paused = False
            self._begin_run()
            self._playback = playback
            self.n_played += 1

    def stop_playing(self) -> None:
        """Stop the recording."""
        with self._lock:
            if self._playback is not None:
                self._playback = None
                self.paused = False
                self._begin_run()

    @property
    def is_playing(self) -> bool:
        """Whether a recording plays, also while paused."""
        return self._playback is not None

    @property
    def position(self) -> float:
        """Seconds of the recording that were played."""
        playback = self._playback
        return 0.0 if playback is None else playback.position(self._clock())

    def pause(self) -> None:
        """Take no more frames; a recording stays where it is."""
        with self._lock:
            self.paused = True
            if self._playback is not None:
                self._playback.hold(self._clock())

    def resume(self) -> None:
        """Go on after `pause`."""
        with self._lock:
            self._begin_stream()
            if self._playback is not None:
                self._playback.go_on(self._clock())
            self.paused = False

    def _put(self, samples: npt.NDArray[Any], sample_rate: int, recorded: float) -> None:
        now = self._clock()
        self._queue.put(Frame(samples, sample_rate, recorded, now, self._stream, self._run_number))

    def _begin_run(self) -> None:
        self._run_number += 1
        self._begin_stream()

    def _begin_stream(self) -> None:
        self.failure = None
        self._stream += 1
        self._queue.last_arrival = None

    def _is_attended(self) -> bool:
        with self._lock:
            now = self._clock()
            if not self.paused and self._still_there():
                self._attended = now
            return now - self._attended < self._idle_after

    def _run(self) -> None:
        try:
            with TOTALS.listening():
                while self._is_attended():
                    for frame in joined(self._next_frames()):
                        self.hearing.hear(frame)
        except Exception as error:
            _log.exception("Listening failed")
            self.failure = error
        attended = self._is_attended()
        with self._lock:
            # Nobody is there any more: a recording does not go on alone.
            if not attended and not self.paused:
                self._playback = None

    def _next_frames(self) -> list[Frame]:
        # What is less completes no window: to wake up for it would only take time from others.
        seconds = self.hearing.until_window
        with self._lock:
            playback = None if self.paused else self._playback
            if playback is not None:
                room = self._queue.capacity - len(self._queue)
                for samples, recorded in playback.due(self._clock(), room):
                    self._put(samples, BROWSER_RATE, recorded)
                if playback.finished:
                    self._playback = None
                    self._begin_run()
        at_once = min(max(seconds, FRAME_S), _IDLE_WAIT_S)
        return self._queue.take(at_once if playback else _IDLE_WAIT_S, seconds)

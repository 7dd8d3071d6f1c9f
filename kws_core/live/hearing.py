"""What is made of frames, one after the other: words in a log, a level, a picture, and times."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.live.frame_queue import FrameQueue
from kws_core.live.frames import Frame
from kws_core.live.health import Health, Stopwatch
from kws_core.live.level_meter import Level, LevelMeter
from kws_core.live.strip import Strip, strip_since
from kws_core.live.words import MOST_WORDS, LoggedWord
from kws_core.spotting import Detection, DetectorSettings, KeywordDetector

BETWEEN_S = 1.0  # of silence between streams: no window hears both


class Hearing:
    """A detector with all that comes out of it, for any threads; memory is bounded."""

    def __init__(
        self, detector: KeywordDetector, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._detector = detector
        self._clock = clock
        self._lock = threading.Lock()
        self._stream: int | None = None  # that was heard last
        self._offset = 0.0  # from the clock of its source to that of the detector
        self._next = 0.0  # second of the detector's stream that comes next
        self._words: deque[LoggedWord] = deque(maxlen=MOST_WORDS)
        self._n_words = 0
        self._meter = LevelMeter()
        self._stopwatch = Stopwatch()

    def hear(self, frame: Frame) -> None:
        """Take a frame; one of another stream follows after a moment of silence."""
        with self._lock:
            if frame.stream != self._stream:
                self._join(frame)
            timestamp = frame.time + self._offset
            end = timestamp + frame.seconds
            self._meter.push(frame.samples, frame.seconds)
            self._stopwatch.arrived(frame.time + frame.seconds, frame.arrived)
            n_windows = self._detector.n_windows
            started = self._clock()
            found = self._detector.push(frame.samples, frame.sample_rate, timestamp)
            done = self._clock()
            self._next = max(self._next, end)
            if self._detector.n_windows > n_windows:
                self._stopwatch.decided(done - started, done - frame.arrived)
            for detection in found:
                self._log(detection, end - detection.end + done - frame.arrived)

    def configure(self, settings: DetectorSettings) -> None:
        """Listen with other settings from now on; raises SettingsError as the detector does."""
        with self._lock:
            self._detector.configure(settings)

    def clear(self) -> None:
        """Empty the log."""
        with self._lock:
            self._words.clear()

    @property
    def words(self) -> list[LoggedWord]:
        """The words heard, in order."""
        with self._lock:
            return list(self._words)

    @property
    def level(self) -> Level:
        """How loud it is."""
        with self._lock:
            return self._meter.read()

    @property
    def duration(self) -> float:
        """Seconds of the stream so far."""
        with self._lock:
            return self._detector.duration

    @property
    def samples(self) -> Samples:
        """The last seconds at 16 kHz, (n,), a copy."""
        with self._lock:
            return self._detector.samples

    @property
    def settings(self) -> DetectorSettings:
        """How it listens."""
        return self._detector.settings

    @property
    def labels(self) -> tuple[str, ...]:
        """What the model tells apart."""
        return self._detector.labels

    def strip(self, since: float | None = None) -> Strip:
        """Return what there is to draw after a second of the stream, or all of it."""
        with self._lock:
            return strip_since(self._detector, since)

    def health(self, waiting: FrameQueue) -> Health:
        """Return how well it keeps up with a queue."""
        with self._lock:
            return self._stopwatch.read(self._clock(), waiting, self._detector.faults)

    def _join(self, frame: Frame) -> None:
        """Let a stream follow on another one, whatever their clocks say."""
        if self._stream is not None:
            silence = np.zeros(round(BETWEEN_S * frame.sample_rate), np.float32)
            self._detector.push(silence, frame.sample_rate)
            self._next += BETWEEN_S
            self._stopwatch.new_stream()
        self._stream = frame.stream
        self._offset = self._next - frame.time

    def _log(self, detection: Detection, latency: float) -> None:
        self._n_words += 1
        self._stopwatch.heard(latency)
        self._words.append(
            LoggedWord(
                number=self._n_words,
                label=detection.label,
                start=detection.start,
                end=detection.end,
                time=detection.time,
                score=detection.score,
                latency=latency,
                at=datetime.now(UTC),
            )
        )

"""One listening session: feeds frames to the detector, keeps its log, level, strip and timings."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE, Samples, resample
from kws_core.live.frame_queue import FrameQueue
from kws_core.live.frames import BROWSER_RATE, FRAME_S, Frame
from kws_core.live.health import Health, Stopwatch
from kws_core.live.level_meter import Level, LevelMeter
from kws_core.live.strip import Strip, strip_since
from kws_core.live.totals import TOTALS
from kws_core.live.words import MOST_WORDS, LoggedWord, Mark
from kws_core.spotting import Detection, DetectorSettings, KeywordDetector
from kws_core.spotting.follower import Follower
from kws_core.spotting.intake import LONGEST_GAP_S

BETWEEN_S = 1.0  # of silence between streams: no window hears both


def _nothing() -> None:
    return None


class Hearing:
    """A detector with all that comes out of it, for any threads; memory is bounded.

    A run goes from one start of a microphone or sample to the next, and begins clean: its picture,
    level and last word are its own. The log and the time, in seconds of listening, go on.

    on_word: called after each word by the thread that hears.
    """

    def __init__(
        self,
        detector: KeywordDetector,
        model: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.on_word: Callable[[], None] = _nothing
        self._detector = detector
        self._model = model
        self._clock = clock
        self._lock = threading.Lock()
        self._run = self._stream = -1  # of the frame heard last
        self._rate = BROWSER_RATE  # of that frame, in Hz
        self._base = 0.0  # from the detector's time to seconds of listening
        self._offset = 0.0  # from the clock of the source to the detector's time
        self._next = 0.0  # second of the detector's stream that comes next
        self._log: deque[LoggedWord | Mark] = deque(maxlen=MOST_WORDS)
        self._n_words = 0
        self._newest: LoggedWord | None = None
        self._picture = 0
        self._missing = 0.0  # seconds in gaps too long to be filled
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
            late = self._stopwatch.arrived(frame.time + frame.seconds, frame.arrived)
            n_windows, lost = self._detector.n_windows, self._detector.faults.lost
            started = self._clock()
            found = self._detector.push(frame.samples, frame.sample_rate, timestamp)
            done = self._clock()
            missing = self._note_missing(timestamp)
            self._next = max(self._next, end)
            n_windows = self._detector.n_windows - n_windows
            if n_windows:
                self._stopwatch.decided(done - started, done - frame.arrived)
                if self._detector.follower is not None:
                    self._detector.follower.came_late(done - frame.arrived + late)
            missing += self._detector.faults.lost - lost
            TOTALS.add(round(frame.seconds / FRAME_S), missing, n_windows, done - started)
            for detection in found:
                self._note(detection, end - detection.end + done - frame.arrived + late)

    def use(self, detector: KeywordDetector, model: str) -> None:
        """Go on with another detector, new and unused, which hears the last seconds again.

        What it detects in them is not logged: they were heard before.
        """
        with self._lock:
            now = self._base + self._detector.duration
            past = resample(self._detector.samples, SAMPLE_RATE, self._rate)
            if len(past):
                detector.push(past, self._rate)
            earlier = detector.duration + self._base - now  # of the detector's time
            self._base -= earlier
            self._offset += earlier
            self._next += earlier
            self._detector, self._model = detector, model
            self._stopwatch = Stopwatch()
            self._picture += 1
            if now > 0:
                self._log.append(Mark(now, f"Model: {model}"))

    def configure(self, settings: DetectorSettings) -> None:
        """Listen with other settings from now on; raises SettingsError as the detector does."""
        with self._lock:
            self._detector.configure(settings)

    def follow(self, follower: Follower | None) -> None:
        """Give every window to a follower too, until another detector is used; None ends it."""
        with self._lock:
            self._detector.follower = follower

    @property
    def follower(self) -> Follower | None:
        """What gets every window."""
        return self._detector.follower

    def clear(self) -> None:
        """Empty the log."""
        with self._lock:
            self._log.clear()
            self._newest = None

    @property
    def log(self) -> list[LoggedWord | Mark]:
        """The words and what changed between them, in order."""
        with self._lock:
            return list(self._log)

    @property
    def words(self) -> list[LoggedWord]:
        """The words of the log, in order."""
        return [entry for entry in self.log if isinstance(entry, LoggedWord)]

    @property
    def words_of_run(self) -> list[LoggedWord]:
        """The words of this run, in order."""
        return [word for word in self.words if word.run == self._run]

    @property
    def newest_word(self) -> LoggedWord | None:
        """The last word of this run, if the log still has it; without a wait for the detector."""
        return self._newest

    @property
    def picture(self) -> int:
        """The number of the strip: pieces of another one do not follow on those before."""
        return self._picture

    @property
    def level(self) -> Level:
        """How loud it is."""
        with self._lock:
            return self._meter.read()

    @property
    def duration(self) -> float:
        """Seconds of listening so far."""
        with self._lock:
            return self._base + self._detector.duration

    @property
    def run(self) -> int:
        """The run that the frame heard last belongs to; -1 before any."""
        return self._run

    @property
    def duration_of_run(self) -> float:
        """Seconds of this run of which `samples` has the last ones."""
        with self._lock:
            return self._detector.duration

    @property
    def samples(self) -> Samples:
        """The last seconds of this run at 16 kHz, (n,), a copy."""
        with self._lock:
            return self._detector.samples

    @property
    def until_window(self) -> float:
        """Seconds of sound that must come at least before there is something to decide on."""
        with self._lock:
            return self._detector.until_window

    @property
    def settings(self) -> DetectorSettings:
        """How it listens."""
        return self._detector.settings

    @property
    def model(self) -> str:
        """The name of the model that listens."""
        return self._model

    @property
    def labels(self) -> tuple[str, ...]:
        """What the model tells apart."""
        return self._detector.labels

    def strip(self, since: float | None = None) -> Strip:
        """Return what there is to draw of this run after a second of listening, or all of it."""
        with self._lock:
            after = None if since is None else since - self._base
            return strip_since(self._detector, after).later(self._base)

    def sound_of(self, start: float, end: float) -> Samples:
        """Return the sound between two times of listening, (n,) at 16 kHz; empty if it is gone."""
        with self._lock:
            samples = self._detector.samples
            begin = self._base + self._detector.duration - len(samples) / SAMPLE_RATE
        first, stop = (round((time - begin) * SAMPLE_RATE) for time in (start, end))
        return samples[first:stop] if first >= 0 else samples[:0]

    def health(self, waiting: FrameQueue) -> Health:
        """Return how well it keeps up with a queue."""
        with self._lock:
            faults = self._detector.faults
            return self._stopwatch.read(self._clock(), waiting, faults, self._missing)

    def _join(self, frame: Frame) -> None:
        """Let a stream follow on another one, whatever their clocks say."""
        if frame.run != self._run:
            self._begin_run()
        elif self._stream >= 0:
            silence = np.zeros(round(BETWEEN_S * frame.sample_rate), np.float32)
            self._detector.push(silence, frame.sample_rate)
            self._next += BETWEEN_S
        self._stopwatch.new_stream()
        self._run, self._stream, self._rate = frame.run, frame.stream, frame.sample_rate
        self._offset = self._next - frame.time

    def _note_missing(self, timestamp: float) -> float:
        """Log a gap before a frame that is too long to be filled with silence; its seconds."""
        missing = timestamp - self._next
        if missing <= LONGEST_GAP_S:
            return 0.0
        self._missing += missing
        self._log.append(Mark(self._base + timestamp, f"{missing:.1f} s of sound missing"))
        return missing

    def _begin_run(self) -> None:
        self._base += self._detector.duration
        self._detector.reset()
        self._next = 0.0
        self._meter = LevelMeter()
        self._newest = None
        self._picture += 1

    def _note(self, detection: Detection, latency: float) -> None:
        self._n_words += 1
        self._stopwatch.heard(latency)
        self._newest = LoggedWord(
            number=self._n_words,
            label=detection.label,
            start=self._base + detection.start,
            end=self._base + detection.end,
            time=self._base + detection.time,
            score=detection.score,
            latency=latency,
            at=datetime.now(UTC),
            model=self._model,
            run=self._run,
        )
        self._log.append(self._newest)
        self.on_word()

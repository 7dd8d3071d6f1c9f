"""Leave it on: false alarms counted where no word is said, with the sound around each."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.results.metrics import Rate, poisson_rate
from kws_core.room.deciders import SECOND, Decided, Deciders
from kws_core.spotting import DetectorSettings, ScoredWindows
from kws_core.spotting.decision import Fired, Levels
from kws_core.spotting.history import History
from kws_core.spotting.loudness import STEP

SNIPPET_S = 2.0  # of sound around an alarm
MOST_KEPT = 100  # alarms and near alarms with their sound: 6.4 MB in 16 bits

Pcm = npt.NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Alarm:
    """A word that nobody said. is_near: its score stayed below the threshold.

    number: counts up from 1. score: the highest smoothed one. time: seconds listened until its
    report; at: the same in UTC. sound: of `SNIPPET_S` around it at 16 kHz, (n,).
    """

    number: int
    label: str
    score: float
    is_near: bool
    time: float
    at: datetime
    sound: Pcm


@dataclass
class _Pending:
    """An alarm whose sound is not complete. fired: the window that reported it ends before."""

    column: int
    fired: int
    peak: float
    peak_end: int  # sample
    decided: int  # step
    is_near: bool
    time: float
    at: datetime


class AlarmCount:
    """Counts a detector's reports over a time of listening; memory is bounded.

    A follower of a `KeywordDetector` with the same labels and hop. What is read is good from any
    thread. `MOST_KEPT` are kept: alarms before near alarms, and the highest scores.
    Raises SettingsError if the settings name a word that is none of the labels.
    """

    def __init__(
        self, labels: Sequence[str], settings: DetectorSettings, wanted_s: float, model: str = ""
    ) -> None:
        self.labels = tuple(labels)
        self.settings = settings
        self.wanted_s = wanted_s
        self.model = model
        self.begun = datetime.now(UTC)
        self._lock = threading.Lock()
        self._deciders = Deciders(labels, settings)
        self._counts = [0] * len(self._deciders.thresholds)
        self._by_word: Counter[str] = Counter()
        self._n_near = self._n_ended = 0
        self._pending: list[_Pending] = []
        self._kept: list[Alarm] = []
        self._sound: History | None = None

    def follow(self, scored: ScoredWindows, sound: History, levels: Levels) -> None:
        """Take new windows, as `Follower.follow` does; none after the last second."""
        with self._lock:
            self._sound = sound
            if self.is_over:
                return
            for window in self._deciders.step(scored, levels):
                self._count(window)
                if window.time >= self.wanted_s - 1e-6:
                    self._end_all()
                    return

    def interrupt(self) -> None:
        """Complete pending alarms with the sound so far."""
        with self._lock:
            self._end_all()
            self._deciders.interrupt()

    def came_late(self, seconds: float) -> None:
        """Nothing: when an alarm is raised does not matter."""

    @property
    def seconds(self) -> float:
        """Seconds listened so far."""
        return min(self._deciders.seconds, self.wanted_s)

    @property
    def is_over(self) -> bool:
        """Whether it has listened as long as wanted."""
        return self.seconds >= self.wanted_s - 1e-6

    @property
    def rate(self) -> Rate | None:
        """False alarms per hour with these settings; None before the first window."""
        with self._lock:
            return self._rate(sum(self._by_word.values()))

    @property
    def n_near(self) -> int:
        """How many near alarms there were."""
        return self._n_near

    @property
    def by_word(self) -> dict[str, int]:
        """How often each word was reported, the commonest first."""
        with self._lock:
            return dict(self._by_word.most_common())

    @property
    def by_threshold(self) -> dict[float, Rate]:
        """False alarms per hour at every threshold; empty before the first window."""
        with self._lock:
            rates = {
                threshold: self._rate(count)
                for threshold, count in zip(self._deciders.thresholds, self._counts, strict=True)
            }
        return {threshold: rate for threshold, rate in rates.items() if rate is not None}

    @property
    def kept(self) -> list[Alarm]:
        """The alarms and near alarms that were kept, in order."""
        with self._lock:
            return sorted(self._kept, key=lambda alarm: alarm.number)

    def _rate(self, count: int) -> Rate | None:
        return poisson_rate(count, self.seconds / 3600) if self.seconds else None

    def _count(self, window: Decided) -> None:
        step = window.end // STEP
        for pending in self._pending:
            score = float(window.smoothed[pending.column])
            if score > pending.peak and step < pending.fired + SECOND:
                pending.peak, pending.peak_end = score, window.end
        for fired in window.own:
            self._by_word[self.labels[fired.column]] += 1
            self._note(fired, window, is_near=False)
        for fired in window.near:
            self._note(fired, window, is_near=True)
        for i, found in enumerate(window.by_threshold):
            self._counts[i] += len(found)
        while self._pending and step >= self._pending[0].decided + SECOND:
            self._end(self._pending.pop(0))

    def _note(self, fired: Fired, window: Decided, *, is_near: bool) -> None:
        """Let an alarm and a near alarm of the same word within a second be one."""
        for pending in self._pending:
            if pending.column == fired.column and abs(pending.fired - fired.end) < SECOND:
                pending.is_near = pending.is_near and is_near
                return
        now = datetime.now(UTC)
        self._pending.append(
            _Pending(
                column=fired.column,
                fired=fired.end,
                peak=fired.score,
                peak_end=fired.end * STEP,
                decided=window.end // STEP,
                is_near=is_near,
                time=window.time,
                at=now,
            )
        )

    def _end_all(self) -> None:
        for pending in self._pending:
            self._end(pending)
        self._pending = []

    def _end(self, pending: _Pending) -> None:
        self._n_ended += 1
        self._n_near += pending.is_near
        assert self._sound is not None
        half = round(SNIPPET_S * SAMPLE_RATE) // 2
        centre = pending.peak_end - SECOND * STEP // 2
        sound = self._sound.between(centre - half, centre + half)
        alarm = Alarm(
            number=self._n_ended,
            label=self.labels[pending.column],
            score=pending.peak,
            is_near=pending.is_near,
            time=pending.time,
            at=pending.at,
            sound=as_pcm(sound),
        )
        self._kept.append(alarm)
        if len(self._kept) > MOST_KEPT:
            self._kept.remove(min(self._kept, key=lambda one: (not one.is_near, one.score)))


def as_pcm(samples: npt.NDArray[np.float32]) -> Pcm:
    """Return samples (n,) with full scale at 1 in 16 bits."""
    return np.clip(np.round(samples * 2**15), -(2**15), 2**15 - 1).astype(np.int16)

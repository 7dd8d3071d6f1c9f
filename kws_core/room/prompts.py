"""Say these words: one word after the other is shown, and what the detector makes of each."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.results.metrics import Share, wilson_interval
from kws_core.room.alarms import Pcm, as_pcm
from kws_core.room.deciders import SECOND, Decided, Deciders
from kws_core.spotting import DetectorSettings, ScoredWindows
from kws_core.spotting.decision import Fired, Levels
from kws_core.spotting.history import History
from kws_core.spotting.loudness import STEP
from kws_core.spotting.word_bounds import word_in

N_WORDS = 20
LEAD_S = 2.0  # before the first word
EACH_S = 3.0  # for every word
REACTION_S = 0.4  # an earlier report belongs to the word shown before
_TAIL_S = 1.5  # after the last word: the pause after it may still decide


@dataclass(frozen=True, eq=False)
class Reply:
    """What was reported while a word was shown.

    heard: the word itself, else the first other word, else None. score: of its report. latency:
    seconds from the end of its sound to the report. extra: words reported beside it. sound: of the
    time it was shown, 16 kHz, (n,).
    """

    word: str
    heard: str | None
    score: float | None
    latency: float | None
    extra: int
    sound: Pcm

    @property
    def is_right(self) -> bool:
        """Whether the word was heard."""
        return self.word == self.heard


@dataclass
class _Report:
    column: int
    score: float
    latency: float
    is_timed: bool = False  # whether the delay of the sound is counted


class PromptTest:
    """Shows words in a steady rhythm, by the time listened; memory is bounded.

    A follower of a `KeywordDetector` with the same labels and hop. What is read is good from any
    thread. Raises SettingsError if the settings name a word that is none of the labels.
    """

    def __init__(
        self,
        labels: Sequence[str],
        settings: DetectorSettings,
        words: Sequence[str],
        model: str = "",
    ) -> None:
        self.labels = tuple(labels)
        self.settings = settings
        self.words = tuple(words)
        self.model = model
        self.begun = datetime.now(UTC)
        self._lock = threading.Lock()
        self._deciders = Deciders(labels, settings)
        self._reports: list[list[_Report]] = [[] for _ in words]
        self._heard_at = [[False] * len(words) for _ in self._deciders.thresholds]
        self._sounds: list[Pcm] = []

    def follow(self, scored: ScoredWindows, sound: History, levels: Levels) -> None:
        """Take new windows, as `Follower.follow` does; none after the test is over."""
        with self._lock:
            if self.is_over:
                return
            for window in self._deciders.step(scored, levels):
                self._take(window, sound)

    def interrupt(self) -> None:
        """Forget what waits to be decided."""
        with self._lock:
            self._deciders.interrupt()

    def came_late(self, seconds: float) -> None:
        """Add the delay of the sound to the latency of the last report."""
        with self._lock:
            for report in (report for reports in self._reports for report in reports):
                if not report.is_timed:
                    report.latency += seconds
                    report.is_timed = True

    @property
    def seconds(self) -> float:
        """Seconds listened so far."""
        return self._deciders.seconds

    @property
    def is_over(self) -> bool:
        """Whether all words were shown and decided on."""
        return self.seconds >= seconds_for(len(self.words)) - 1e-6

    @property
    def shown(self) -> tuple[int, str] | None:
        """The number, from 0, and the word to be said now; None before the first and at the end."""
        number = int((self.seconds - LEAD_S) // EACH_S)
        return (number, self.words[number]) if 0 <= number < len(self.words) else None

    @property
    def share_of_turn(self) -> float:
        """How much of the time for the word shown, or until the first one, has passed, 0 to 1."""
        if self.seconds < LEAD_S:
            return self.seconds / LEAD_S
        return (self.seconds - LEAD_S) % EACH_S / EACH_S

    @property
    def replies(self) -> list[Reply]:
        """What was reported to the words whose time is over, in order."""
        with self._lock:
            turns = zip(self.words, self._reports, self._sounds, strict=False)
            return [self._reply(word, reports, sound) for word, reports, sound in turns]

    @property
    def missed(self) -> Share:
        """The share of words that were not heard with these settings."""
        replies = self.replies
        return wilson_interval(sum(not reply.is_right for reply in replies), len(replies))

    @property
    def mistaken(self) -> Share:
        """The share of words in whose place another one was heard."""
        replies = self.replies
        wrong = sum(reply.heard is not None and not reply.is_right for reply in replies)
        return wilson_interval(wrong, len(replies))

    @property
    def latency(self) -> float | None:
        """The median of the latency of the words heard, in seconds; None if none was."""
        late = [r.latency for r in self.replies if r.is_right and r.latency is not None]
        return float(np.median(late)) if late else None

    @property
    def by_threshold(self) -> dict[float, Share]:
        """The share of missed words at every threshold; empty before the first word is over."""
        with self._lock:
            n = len(self._sounds)
            if not n:
                return {}
            pairs = zip(self._deciders.thresholds, self._heard_at, strict=True)
            return {at: wilson_interval(heard[:n].count(False), n) for at, heard in pairs}

    def _start(self, number: int) -> float:
        """Return the second from which on reports belong to a word."""
        return seconds_for(number) - _TAIL_S

    def _take(self, window: Decided, sound: History) -> None:
        for fired in window.own:
            number = self._number_of(fired, window)
            if number is not None:
                n_window = SECOND * STEP + window.end - fired.end * STEP
                _, stop = word_in(sound, window.end, n_window)
                latency = (sound.stop - stop) / SAMPLE_RATE
                self._reports[number].append(_Report(fired.column, fired.score, latency))
        for heard, found in zip(self._heard_at, window.by_threshold, strict=True):
            for fired in found:
                number = self._number_of(fired, window)
                if number is not None and self.words[number] == self.labels[fired.column]:
                    heard[number] = True
        # A report may wait for the pause after a word, so its time ends a moment later.
        n_done = len(self._sounds)
        if n_done < len(self.words) and window.time >= self._start(n_done + 1) + _TAIL_S - 1e-6:
            until = window.end - round(_TAIL_S * SAMPLE_RATE)
            self._sounds.append(as_pcm(sound.between(until - round(EACH_S * SAMPLE_RATE), until)))

    def _number_of(self, fired: Fired, window: Decided) -> int | None:
        """Return the number of the word in whose time a word fired."""
        time = window.time - (window.end - fired.end * STEP) / SAMPLE_RATE
        number = int((time - self._start(0)) // EACH_S)
        return number if 0 <= number < len(self.words) else None

    def _reply(self, word: str, reports: Sequence[_Report], sound: Pcm) -> Reply:
        right = [report for report in reports if self.labels[report.column] == word]
        chosen = next(iter((*right, *reports)), None)
        return Reply(
            word=word,
            heard=None if chosen is None else self.labels[chosen.column],
            score=None if chosen is None else chosen.score,
            latency=None if chosen is None else chosen.latency,
            extra=max(0, len(reports) - 1),
            sound=sound,
        )


def seconds_for(n_words: int) -> float:
    """Return the length in seconds of a test with this number of words."""
    return LEAD_S + EACH_S * n_words + REACTION_S + _TAIL_S


def choose_words(known: Sequence[str], n: int = N_WORDS, seed: int | None = None) -> list[str]:
    """Return n of the known words in random order, each about as often as any other.

    seed: for the same choice again.
    """
    random = np.random.default_rng(seed)
    chosen: list[str] = []
    while len(chosen) < n:
        chosen += [known[i] for i in random.permutation(len(known))]
    return chosen[:n]

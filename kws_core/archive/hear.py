"""The words of some recordings, each decoded piece by piece and all heard in shared batches."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kws_core.archive.plan import Plan
from kws_core.archive.sources import Recording, opened
from kws_core.audio.long import CHANNELS, MIX
from kws_core.audio.pool import decoders
from kws_core.errors import AudioError
from kws_core.spotting.finder import Word
from kws_core.spotting.recognizer import Recognizer
from kws_core.spotting.streamed_finder import StreamedFinder
from kws_core.spotting.window_batch import WindowBatch

# Of a recording: heard to its end; no sound that can be used; could not be read, which a later
# run tries again; given up, because processes died of it.
DONE: Final = "done"
FAILED: Final = "failed"
UNREADABLE: Final = "unreadable"
SET_ASIDE: Final = "set aside"

MIXED: Final = 0  # the number of the channel that is all of them; the first is 1
_MOST_WAITING_S: Final = 600.0  # of sound whose last words wait for a full batch


@dataclass(frozen=True)
class Event:
    """A word in a recording; start and end in seconds; channel from 1, or MIXED."""

    file: str
    channel: int
    start: float
    end: float
    label: str
    score: float


@dataclass(frozen=True)
class FileRow:
    """What is known of a recording.

    duration: seconds of sound; seconds: of work; error: why its status is not DONE.
    """

    file: str
    sha: str
    bytes: int
    duration: float
    channels: int
    seconds: float
    status: str
    error: str


@dataclass(frozen=True)
class Outcome:
    """A recording and its events."""

    row: FileRow
    events: tuple[Event, ...] = ()


def not_heard(recording: Recording, status: str, error: str, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a recording that could not be heard."""
    size = recording.size or 0
    return Outcome(FileRow(recording.name, "", size, 0.0, 0, seconds, status, error))


class Hearing:
    """One recording on its way through decoder and network."""

    def __init__(self, recording: Recording, recognizer: Recognizer, batch: WindowBatch) -> None:
        self.recording = recording
        self._n_samples, self._batch = recognizer.n_samples, batch
        self._finders: list[StreamedFinder] = []
        self.failure: Outcome | None = None
        self.seconds = 0.0
        self._channels = self._size = 0
        self._sha = ""

    @property
    def duration(self) -> float:
        """Seconds of sound heard so far."""
        return self._finders[0].seconds if self._finders else 0.0

    def run(self, plan: Plan) -> None:
        """Decode and hear the recording; a failure is kept."""
        started = time.perf_counter()
        status = error = ""
        try:
            with opened(self.recording.path) as source:
                self._size = source.size
                for piece in decoders.pieces(source.read, source.size, plan.channels):
                    self._channels = piece.channels
                    while len(self._finders) < piece.samples.shape[1]:
                        self._finders.append(
                            StreamedFinder(self._n_samples, self._batch, plan.settings)
                        )
                    for finder, samples in zip(self._finders, piece.samples.T, strict=True):
                        finder.push(samples)
                for finder in self._finders:
                    finder.finish()
                self._sha = source.sha256()
        except AudioError as refused:
            status, error = FAILED, str(refused)
        except OSError as gone:
            status, error = UNREADABLE, gone.strerror or str(gone)
        self.seconds += time.perf_counter() - started
        if status:
            self.failure = not_heard(self.recording, status, error, self.seconds)
            self._finders = []

    def outcome(self, plan: Plan) -> Outcome:
        """Return the outcomes, once the batch is empty."""
        if self.failure is not None:
            return self.failure
        name = self.recording.name
        index = CHANNELS[plan.channels]
        first = MIXED if plan.channels == MIX else 1 + (index or 0)
        events = [
            Event(name, first + i, word.start, word.end, word.label, word.score)
            for i, finder in enumerate(self._finders)
            for word in merged(finder.words(), plan.merge)
        ]
        row = FileRow(
            name, self._sha, self._size, self.duration, self._channels, self.seconds, DONE, ""
        )
        return Outcome(row, tuple(events))


def hear(plan: Plan, recognizer: Recognizer, recordings: Sequence[Recording]) -> list[Outcome]:
    """Return the outcome of each recording, in the order given."""
    batch = WindowBatch(recognizer.posteriors, recognizer.labels)
    hearings: list[Hearing] = []
    waiting: list[Hearing] = []

    def flush() -> None:
        started = time.perf_counter()
        batch.flush()
        for hearing in waiting:
            hearing.seconds += (time.perf_counter() - started) / len(waiting)
        waiting.clear()

    for recording in recordings:
        hearings.append(Hearing(recording, recognizer, batch))
        waiting.append(hearings[-1])
        hearings[-1].run(plan)
        if sum(min(hearing.duration, 100.0) for hearing in waiting) > _MOST_WAITING_S:
            flush()
    flush()
    return [hearing.outcome(plan) for hearing in hearings]


def merged(words: Iterable[Word], nearer_than: float) -> list[Word]:
    """Join words of one label with less than `nearer_than` seconds between them."""
    kept: list[Word] = []
    newest: dict[str, int] = {}
    for word in words:
        at = newest.get(word.label)
        if at is not None and word.start - kept[at].end < nearer_than:
            last = kept[at]
            score = max(last.score, word.score)
            kept[at] = Word(word.label, last.start, max(last.end, word.end), score)
        else:
            newest[word.label] = len(kept)
            kept.append(word)
    return kept

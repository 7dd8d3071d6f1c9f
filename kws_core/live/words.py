"""The log of a session: words in order, marks between them, and a table of the words as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

MOST_WORDS = 1000  # kept of a session

_COLUMNS = ("word", "start_s", "end_s", "score", "latency_s", "heard_at_utc", "model")


@dataclass(frozen=True)
class LoggedWord:
    """A detected word.

    number: counts up from 1. start, end: of its sound, and time: of the decision, in seconds of
    listening. score: the smoothed one. latency: seconds from the end of its sound to the decision,
    including computing and the delay of the sound compared with the fastest frame. at: time of the
    decision in UTC. model: name of the model. run: number of the run, see `Hearing`.
    """

    number: int
    label: str
    start: float
    end: float
    time: float
    score: float
    latency: float
    at: datetime
    model: str
    run: int


@dataclass(frozen=True)
class Mark:
    """A change between two words of the log, at a time in seconds of listening."""

    time: float
    text: str


def as_csv(words: Iterable[LoggedWord]) -> str:
    """Return a table with a head line, in the order given; times in seconds of listening."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_COLUMNS)
    for word in words:
        figures = (f"{x:.3f}" for x in (word.start, word.end, word.score, word.latency))
        at = word.at.isoformat(timespec="milliseconds")
        table.writerow((word.label, *figures, at, word.model))
    return out.getvalue()

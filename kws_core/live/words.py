"""The words that were heard, one after the other, and their table as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

MOST_WORDS = 1000  # kept of a session

_COLUMNS = ("word", "start_s", "end_s", "score", "latency_s", "heard_at_utc")


@dataclass(frozen=True)
class LoggedWord:
    """A word that was heard.

    number: counts up from 1. start, end: of its sound, and time: of the decision, in seconds of
    the stream. score: the smoothed one. latency: seconds from the end of its sound to the
    decision, with everything that computing took. at: when it was decided, in UTC.
    """

    number: int
    label: str
    start: float
    end: float
    time: float
    score: float
    latency: float
    at: datetime


def as_csv(words: Iterable[LoggedWord]) -> str:
    """Return a table with a head line, in the order given; times in seconds of the stream."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(_COLUMNS)
    for word in words:
        figures = (f"{x:.3f}" for x in (word.start, word.end, word.score, word.latency))
        table.writerow((word.label, *figures, word.at.isoformat(timespec="milliseconds")))
    return out.getvalue()

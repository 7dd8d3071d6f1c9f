"""A detector's words matched with the spoken ones, each once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kws_core.evaluation.stream_set import SaidWord

TOLERANCE_S = 0.75  # after a word's end; a second's window has lost it by then


@dataclass(frozen=True)
class Heard:
    """A word that fired: when, in seconds, and its column among the labels."""

    time: float
    column: int


@dataclass
class Tally:
    """Counts over streams. Sums of tallies are tallies.

    n: words said; missed: not heard; wrong: another word was heard in their place. alarms: what
    was heard beside them, a word heard again included. rest_s: seconds that are no word's.
    latency: of the words heard, seconds after their end.
    """

    n: int = 0
    missed: int = 0
    wrong: int = 0
    rest_s: float = 0.0
    alarms: list[Heard] = field(default_factory=list)
    latency: list[float] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.n + other.n,
            self.missed + other.missed,
            self.wrong + other.wrong,
            self.rest_s + other.rest_s,
            self.alarms + other.alarms,
            self.latency + other.latency,
        )


def judge(said: Sequence[SaidWord], heard: Sequence[Heard], seconds: float) -> Tally:
    """Match detected words with spoken ones, both in order, in a stream of that length.

    A word's time is from its start to `TOLERANCE_S` after its end. What was heard then is the
    word, if it is that word's first; else a wrong word, if it is that word's first such; else,
    and at any other time, a false alarm.
    """
    right: dict[int, float] = {}
    wrong: set[int] = set()
    tally = Tally(n=len(said), rest_s=seconds - _covered(said))
    for one in heard:
        near = [i for i, w in enumerate(said) if w.start <= one.time <= w.end + TOLERANCE_S]
        match = next((i for i in near if said[i].column == one.column and i not in right), None)
        if match is not None:
            right[match] = one.time - said[match].end
            continue
        instead = [
            i for i in near if i not in right and i not in wrong and said[i].column != one.column
        ]
        if instead:
            wrong.add(instead[-1])
        else:
            tally.alarms.append(one)
    tally.missed = len(said) - len(right)
    tally.wrong = len(wrong)
    tally.latency = list(right.values())
    return tally


def _covered(said: Sequence[SaidWord]) -> float:
    """Return how many seconds belong to a word."""
    total, until = 0.0, 0.0
    for word in said:
        end = word.end + TOLERANCE_S
        total += max(0.0, end - max(until, word.start))
        until = max(until, end)
    return total

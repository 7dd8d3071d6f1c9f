"""What teaching is measured on: takes of new words by known people, and sound without the words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.evaluation.make_bank import (
    alone_windows,
    fluent_recordings_of,
    long_enough,
    run_lengths,
    window_embeddings,
)
from kws_core.models.embeddings import Embeddings
from kws_core.teaching import embedding
from kws_core.teaching.head import Head
from kws_core.teaching.hits import Rows, reached_by_run
from kws_core.teaching.lesson import SeenTake
from kws_core.teaching.takes import USELESS, make_take
from kws_core.teaching.taught import seen_take
from kws_core.training.dataset.recordings import noise_recordings
from kws_core.training.dataset.shards import ENGLISH_WORDS_FILE, decode, read_table

STUDENTS = ("speech", "speaker", "signal", "process")  # said 20 times each by 14 students
AT_HOME = ("alexa", "computer", "jarvis")  # by more than 50 unnamed people
_MOST_TESTED = 8  # takes of a person and word
_MOST_AT_HOME = 120  # takes of a word

Takes = list[list[SeenTake]]  # of each word


@dataclass(frozen=True)
class TeachingSettings:
    """How much to measure: draws of each kind, takes of each person, hours of fluent English."""

    draws: int = 20
    takes_of_person: int = 18
    hours: float = 2.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Heard:
    """Sound without the words: its windows that stand alone, as places on the axes of the bank.

    rows: (windows, n); runs: lengths of their unbroken stretches; hours: of all the sound.
    """

    rows: Embeddings
    runs: npt.NDArray[np.int64]
    hours: float

    def reached(self, head: Head) -> Rows:
        """Return the threshold that each stretch reaches for each word, (runs, words)."""
        return reached_by_run(head.log_odds(self.rows), self.runs)


class Draw(NamedTuple):
    """The takes to teach, others by the same person, and takes of people who did not teach."""

    taught: Takes
    own: Takes
    foreign: Takes


@dataclass(frozen=True, eq=False)
class TeachingSet:
    """Takes of the students by word and person, takes at home by word, and sound without either."""

    students: dict[tuple[str, str], list[SeenTake]]
    at_home: dict[str, list[SeenTake]]
    fluent: Heard
    noise: Heard

    def people(self) -> list[str]:
        """Return the students."""
        return sorted({person for _, person in self.students})

    def draw(self, n: int, rng: np.random.Generator, *, several: bool) -> Draw:
        """Draw `n` takes of each word by one student, or one each by `n` students."""
        people = [str(one) for one in rng.permutation(self.people())]
        teachers = people[:n] if several else people[:1]
        draw = Draw([], [], [])
        for word in STUDENTS:
            if several:
                taught = [one for p in teachers for one in self._some(word, p, 1, rng)]
                draw.taught.append(taught)
                draw.own.append([])
            else:
                takes = self._some(word, teachers[0], n + _MOST_TESTED, rng)
                draw.taught.append(takes[:n])
                draw.own.append(takes[n:])
            others = people[len(teachers) :]
            draw.foreign.append([one for p in others for one in self._some(word, p, 2, rng)])
        return draw

    def draw_at_home(self, n: int, rng: np.random.Generator) -> Draw:
        """Draw `n` takes of each word said at home; the rest may be by the same people."""
        draw = Draw([], [[] for _ in AT_HOME], [])
        for word in AT_HOME:
            takes = self.at_home[word]
            order = [takes[i] for i in rng.permutation(len(takes)).tolist()]
            draw.taught.append(order[:n])
            draw.foreign.append(order[n:])
        return draw

    def _some(self, word: str, person: str, n: int, rng: np.random.Generator) -> list[SeenTake]:
        takes = self.students.get((word, person), [])
        return [takes[i] for i in rng.permutation(len(takes))[:n].tolist()]


def read_teaching_set(data: Path, settings: TeachingSettings) -> TeachingSet:
    """Decode all of it and ask the network about it; raises DataError if data are missing."""
    students: dict[tuple[str, str], list[SeenTake]] = defaultdict(list)
    at_home: dict[str, list[SeenTake]] = {word: [] for word in AT_HOME}
    table = read_table(data, ENGLISH_WORDS_FILE, "word", "speaker", "audio")
    for word, speaker, audio in zip(*table.values(), strict=True):
        takes, most = at_home.get(word), _MOST_AT_HOME
        if word in STUDENTS:
            takes, most = students[word, str(speaker)], settings.takes_of_person
        if takes is None or len(takes) >= most:
            continue
        take = make_take(decode(audio), SAMPLE_RATE)
        if not USELESS & set(take.problems):
            takes.append(seen_take(take))
    speech = fluent_recordings_of(data, "val", np.random.default_rng(settings.seed))
    return TeachingSet(
        dict(students),
        at_home,
        _heard((samples for _, samples in speech), settings.hours),
        _heard((samples for _, samples in noise_recordings(data, "val")), settings.hours),
    )


def _heard(recordings: Iterable[Samples], hours: float) -> Heard:
    """Ask the network about the windows of recordings in which the sound stands alone."""
    network, bank = embedding.network(), embedding.bank()
    rows, runs, seconds = [bank.heard[:0]], [], 0.0
    for recording in recordings:
        if seconds > hours * 3600:
            break
        seconds += len(recording) / SAMPLE_RATE
        samples = long_enough(recording, network.n_samples)
        wanted = alone_windows(samples, network.n_samples)
        runs += run_lengths(wanted)
        if wanted.any():
            rows.append(bank.place(window_embeddings(network, samples, wanted)))
    return Heard(np.concatenate(rows), np.array(runs, dtype=np.int64), seconds / 3600)

"""The words of a recording of any length, in memory of a fixed size.

The recording is heard in parts of a minute, each with enough of what lies before and after it for
its levels to be those of the whole. A stretch that could be a word belongs to the part in which it
starts, so none is lost at a seam and none is counted twice. What is found is what
`kws_core.spotting.finder.find_words_in` finds in the whole recording.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.spotting.candidates import (
    TONE_S,
    Candidates,
    FinderSettings,
    Stretch,
    find_candidates,
)
from kws_core.spotting.finder import ScoredStretches, Word, choose_words
from kws_core.spotting.loudness import STEP, STEP_S
from kws_core.spotting.window_batch import Scores, WindowBatch

PART_S = 60
_NEIGHBOURHOOD_S = 2.5  # from a word: half a window, and what its background is taken from
_AT_ONCE = 32


class StreamedFinder:
    """Finds the words of one recording that arrives in pieces.

    batch: may be shared with other recordings. Words are complete after `finish` and a flush of
    the batch.
    """

    def __init__(
        self,
        n_samples: int,
        batch: WindowBatch,
        settings: FinderSettings | None = None,
        part_s: float = PART_S,
    ) -> None:
        self._n_samples, self._batch = n_samples, batch
        self._settings = settings = settings or FinderSettings()
        self._is_word = np.array([label not in (SILENCE, UNKNOWN) for label in batch.labels])
        after_s = settings.longest + max(_NEIGHBOURHOOD_S, settings.isolation.context_s)
        self._part, self._before, self._after = (
            round(seconds / STEP_S) * STEP for seconds in (part_s, max(TONE_S, after_s), after_s)
        )
        self._kept: list[Samples] = []
        self._n_kept = 0  # samples
        self._start = 0  # of what is kept, in samples since the beginning
        self._next = 0  # where the part begins that comes next
        self._scored: list[tuple[Stretch, Scores]] = []
        self._words: list[Word] = []

    def push(self, samples: Samples) -> None:
        """Hear samples (n,) at 16 kHz that follow those before."""
        self._kept.append(samples)
        self._n_kept += len(samples)
        while self._start + self._n_kept >= self._next + self._part + self._after:
            sound = self._sound()
            self._hear(sound[: self._next + self._part + self._after - self._start], self._part)
            self._next += self._part
            forgotten = max(self._next - self._before - self._start, 0)
            self._kept = [sound[forgotten:].copy()]
            self._n_kept -= forgotten
            self._start += forgotten
            self._batch.flush()
            self._settle(self._next // STEP)

    def finish(self) -> None:
        """Hear the end of the recording."""
        sound = self._sound()
        if len(sound):
            self._hear(sound, len(sound))
        self._kept = []

    @property
    def seconds(self) -> float:
        """How much was heard."""
        return (self._start + self._n_kept) / SAMPLE_RATE

    def words(self) -> list[Word]:
        """Return the words, in the order spoken."""
        self._settle(self._start + self._n_kept)
        return self._words

    def _sound(self) -> Samples:
        return np.concatenate(self._kept) if self._kept else np.zeros(0, np.float32)

    def _hear(self, sound: Samples, part: int) -> None:
        """Score what starts in the part of a sound that comes next."""
        found = find_candidates(sound, self._n_samples, self._settings)
        first = (self._next - self._start) // STEP
        chosen = [one for one in found.stretches if first <= one.first < first + part // STEP]
        for at in range(0, len(chosen), _AT_ONCE):
            some = chosen[at : at + _AT_ONCE]
            deliver = partial(self._in_place, found, some, self._start // STEP)
            self._batch.add(found.alone(some), deliver)

    def _in_place(
        self, found: Candidates, stretches: list[Stretch], offset: int, alone: Scores
    ) -> None:
        """Hear stretches in their surroundings, unless alone they are none of the words."""
        could_be = np.flatnonzero(alone[:, self._is_word].max(axis=1) > self._settings.threshold)
        if len(could_be):
            chosen = [stretches[i] for i in could_be]
            deliver = partial(self._keep, chosen, offset, alone[could_be])
            self._batch.add(found.in_place(chosen), deliver)

    def _keep(self, stretches: list[Stretch], offset: int, alone: Scores, placed: Scores) -> None:
        scores = np.minimum(alone, placed)
        for stretch, row in zip(stretches, scores, strict=True):
            best = int(row.argmax())
            if self._is_word[best] and row[best] > self._settings.threshold:
                moved = replace(stretch, first=stretch.first + offset, last=stretch.last + offset)
                self._scored.append((moved, row))

    def _settle(self, until: int) -> None:
        """Choose among stretches that none which starts at step `until` or later can overlap."""
        self._scored.sort(key=lambda one: (one[0].first, one[0].last))
        ready = end = 0
        for i, (stretch, _) in enumerate(self._scored):
            if stretch.first >= end:
                ready = i
            end = max(end, stretch.last)
        if end <= until:
            ready = len(self._scored)
        settled, self._scored = self._scored[:ready], self._scored[ready:]
        if settled:
            scored = ScoredStretches(
                [stretch for stretch, _ in settled],
                np.stack([row for _, row in settled]),
                self._start + self._n_kept,
            )
            self._words += choose_words(scored, self._batch.labels, self._settings.threshold)

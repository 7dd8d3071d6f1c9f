"""What could be a word in a recording: every stretch of sound between two places where it is quiet.

Each can be heard alone or where it stands, a little before the middle of a window and a little
after it.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kws_core.audio.one_second import room_tone
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.spotting.isolation import Isolation, loudest_moment
from kws_core.spotting.loudness import (
    STEP,
    STEP_S,
    Steps,
    active_frames,
    background_db,
    levels_db,
    runs,
    valleys,
)

TONE_S = 10  # at the start of a recording and at its end, whose room tone is laid around it
_WITHIN_STEP = (np.arange(STEP) + 0.5) / STEP  # from the middle of a step to that of the next
_APART = 4  # steps of 10 ms
_PLACES = (-8, 8)  # where in a window a stretch is heard, in steps after its middle


@dataclass(frozen=True)
class FinderSettings:
    """How words are found. Lengths in seconds.

    threshold: least score, of the word alone and of the word where it stands; with the usual one,
    the best model finds 95 % of words by people it never heard (``docs/results.md``).
    shortest, longest: of a word's sound. longest_gap: of a silence inside a word (the closures
    of "eight" or "backward"). alone: only commands on their own are found, with the pauses that
    `isolation` asks for; without it, words inside sentences are found too.
    """

    threshold: float = 0.96
    shortest: float = 0.1
    longest: float = 1.0
    longest_gap: float = 0.2
    alone: bool = True
    isolation: Isolation = field(default_factory=Isolation)


@dataclass(frozen=True)
class Stretch:
    """Frames `first` to `last` (exclusive), of which `sound` are above the background."""

    first: int
    last: int
    sound: int


def find_candidates(samples: Samples, n_samples: int, settings: FinderSettings) -> Candidates:
    """Return the stretches of 16 kHz samples (n,) that could be words, in the order of starts."""
    level = levels_db(samples)
    active, starts, ends = _edges(level)
    stretches = _stretches(active, starts, ends, settings)
    if settings.alone:
        silence = np.full(round(settings.isolation.after / STEP_S), -np.inf)
        until_end = np.concatenate([level, silence])  # after the recording nothing is said
        # Most stretches of a word share its loudest moment, which decides.
        decided = functools.cache(
            functools.partial(settings.isolation.is_between_pauses, until_end)
        )
        stretches = [s for s in stretches if decided(*loudest_moment(until_end, s.first, s.last))]
    # What turns each step with sound down to the background.
    quieten = np.where(active, 10 ** (np.minimum(background_db(level) - level, 0) / 20), 1.0)
    near = TONE_S * SAMPLE_RATE
    tones = room_tone(samples[:near], n_samples), room_tone(samples[-near:], n_samples)
    return Candidates(stretches, samples, quieten, *tones)


@dataclass(frozen=True, eq=False)
class Candidates:
    """What could be words in samples (n,) at 16 kHz, and the windows to hear them in.

    quieten: (steps,), what turns the sound of each step down to the background. before, after:
    room tone of a window's length, for what lies outside the samples.
    """

    stretches: list[Stretch]
    samples: Samples
    quieten: npt.NDArray[np.float64]
    before: Samples
    after: Samples

    def alone(self, chosen: Sequence[Stretch]) -> Samples:
        """Return windows (n, places, n_samples), other sounds turned down to the background."""
        return self._windows(chosen, quietly=True)

    def in_place(self, chosen: Sequence[Stretch]) -> Samples:
        """Return windows (n, places, n_samples) that have a stretch in what is around it."""
        return self._windows(chosen, quietly=False)

    def _windows(self, chosen: Sequence[Stretch], quietly: bool) -> Samples:
        windows = [self._window(one, place, quietly) for one in chosen for place in _PLACES]
        return np.stack(windows).reshape(len(chosen), len(_PLACES), -1)

    def _window(self, stretch: Stretch, place: int, quietly: bool) -> Samples:
        n = len(self.before)
        start = (stretch.first + stretch.last - 2 * place) * STEP // 2 - n // 2
        first, last = max(0, start), min(start + n, len(self.samples))
        sound = self.samples[first:last]
        if quietly:
            sound = sound * self._gain(stretch, first, last)
        return np.concatenate([self.before[: first - start], sound, self.after[last - start :]])

    def _gain(self, stretch: Stretch, first: int, last: int) -> Samples:
        """Return what turns samples `first` to `last` down, in lines between the steps' middles."""
        steps = np.arange(first // STEP - 1, last // STEP + 2)
        gain = self.quieten[np.clip(steps, 0, len(self.quieten) - 1)]
        gain[(steps >= stretch.first) & (steps < stretch.last)] = 1.0
        lines = gain[:-1, None] + np.diff(gain)[:, None] * _WITHIN_STEP
        from_middle = first - (first // STEP - 1) * STEP - STEP // 2
        return lines.astype(np.float32).ravel()[from_middle : from_middle + last - first]


def _edges(level: npt.NDArray[np.float64]) -> tuple[Steps, list[int], list[int]]:
    """Return the steps with sound, and where words can start and end.

    Where sound starts and ends, clearly or faintly, and at the dips inside; of edges closer than
    40 ms only one is kept, the clearer.
    """
    clear, faint = active_frames(level), active_frames(level, faint=True)
    active = clear | faint
    starts: list[int] = []
    ends: list[int] = []
    dips = valleys(level, active)
    for side, kept in ((0, starts), (1, ends)):
        clear_edges, faint_edges = ([run[side] for run in runs(a)] for a in (clear, faint))
        near = np.zeros(len(level) + _APART, bool)
        for edge in (*clear_edges, *dips, *faint_edges):
            if not near[edge]:
                kept.append(edge)
                near[max(0, edge - _APART + 1) : edge + _APART] = True
        kept.sort()
    return active, starts, ends


def _stretches(
    active: Steps, starts: list[int], ends: list[int], settings: FinderSettings
) -> list[Stretch]:
    """List every stretch from a start to an end that could be one word, by its first frame."""
    per_second = SAMPLE_RATE / STEP
    shortest, longest, gap = (
        round(seconds * per_second)
        for seconds in (settings.shortest, settings.longest, settings.longest_gap)
    )
    sound_before = np.concatenate([[0], np.cumsum(active)])
    # The frame at which the silence that a frame lies in becomes too long for a word's inside.
    silent_for = 0
    too_long = np.zeros(len(active) + 1, dtype=int)  # how many silences got too long so far
    for frame, is_sound in enumerate(active):
        silent_for = 0 if is_sound else silent_for + 1
        too_long[frame + 1] = too_long[frame] + (silent_for == gap + 1)
    found = []
    for first in starts:
        for last in ends[bisect_left(ends, first + shortest) :]:
            if last - first > longest or too_long[last] > too_long[first]:
                break
            sound = int(sound_before[last] - sound_before[first])
            if sound >= shortest:
                found.append(Stretch(first, last, sound))
    return found

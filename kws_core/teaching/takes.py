"""Takes: recordings of a new word, what is wrong with them, and the word's sound cut out.

A recording is mostly room. What counts is the word, which this finds by its level; a recording
that holds something else than one word is noticed, with what to do about it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples, as_mono_16k, count_clipped
from kws_core.errors import TeachingError
from kws_core.spotting.loudness import STEP, active_frames, levels_db, runs

LONGEST_TAKE_S = 30.0
SHORTEST_SOUND_S = 0.08
_LONGEST_WORD_S = 1.0  # what the networks see at once
_LONGEST_GAP_S = 0.25  # inside a word; longer is between two
_APART = 50  # steps of its surroundings that a sound takes along, so that pauses are seen
_ROOM_S = 0.05  # kept on both sides of the sound
_FAINT_BELOW_DB = 25.0  # a sound so far below the loudest is none of the words said
_QUIET_DB = -45.0  # of the loudest 10 ms
_CLIPPED = 16  # samples
_MUCH_LONGER = 1.7  # times the median of the other takes

Problem = Literal[
    "nothing said", "too quiet", "clipped", "two words", "too long", "unlike the others"
]
ADVICE: dict[Problem, str] = {
    "nothing said": "No sound stands out from the background. Record the word again.",
    "too quiet": "This take is very quiet. Move closer to the microphone and record it again.",
    "clipped": "This take is distorted: the level was too high. Move back and record it again.",
    "two words": "There are two sounds with a pause between them. Only the louder one is used. "
    "Record the word once in each take.",
    "too long": "The sound lasts more than a second. Only its loudest second is used: choose a "
    "shorter word.",
    "unlike the others": "This take is much longer or shorter than the others. Check that it "
    "holds the same word.",
}
USELESS: frozenset[Problem] = frozenset({"nothing said"})


@dataclass(frozen=True, eq=False)
class Take:
    """One recording of a word.

    samples: the word's sound with a little room around it, (n,) at 16 kHz, at most a second.
    recording: all of it, (m,). start: where the sound lies in it, in seconds. problems: what is
    wrong.
    """

    samples: Samples
    recording: Samples
    start: float
    problems: tuple[Problem, ...]

    @property
    def seconds(self) -> float:
        """Length of the sound."""
        return len(self.samples) / SAMPLE_RATE

    @property
    def key(self) -> str:
        """The same for the same recording."""
        return hashlib.sha256(self.recording.tobytes()).hexdigest()


def make_take(samples: npt.NDArray[Any], sample_rate: int) -> Take:
    """Find the word in a recording (n,) of at most 30 s at sample_rate Hz.

    Raises TeachingError if it is longer, and BadSamplesError, BadSampleRateError or
    EmptyAudioError.
    """
    if len(samples) > LONGEST_TAKE_S * sample_rate:
        raise TeachingError(
            f"A take of {len(samples) / sample_rate:,.0f} s is too long for one word: give "
            f"recordings of at most {LONGEST_TAKE_S:g} s."
        )
    mono = as_mono_16k(samples, sample_rate)
    sounds = _sounds(mono)
    if not sounds:
        return Take(mono[:SAMPLE_RATE], mono, 0.0, ("nothing said",))
    level = levels_db(mono)
    first, stop = max(sounds, key=lambda sound: float(_energy(level, sound)))
    problems: list[Problem] = []
    if level[first:stop].max() < _QUIET_DB:
        problems.append("too quiet")
    if count_clipped(mono[:, None]) >= _CLIPPED:
        problems.append("clipped")
    if len(sounds) > 1:
        problems.append("two words")
    if (stop - first) * STEP > _LONGEST_WORD_S * SAMPLE_RATE:
        problems.append("too long")
        first, stop = _loudest_second(level, first, stop)
    room = round(_ROOM_S * SAMPLE_RATE)
    start = max(0, first * STEP - room)
    end = min(len(mono), stop * STEP + room, start + round(_LONGEST_WORD_S * SAMPLE_RATE))
    return Take(mono[start:end], mono, start / SAMPLE_RATE, tuple(problems))


def whole_take(sound: Samples) -> Take:
    """Return a sound (n,) at 16 kHz as it is, at most its first second: for counter-examples."""
    return Take(sound[:SAMPLE_RATE], sound, 0.0, ())


def takes_in(samples: npt.NDArray[Any], sample_rate: int) -> list[Take]:
    """Return a take for each sound of a recording (n,) that has pauses around it, in order.

    Raises BadSamplesError, BadSampleRateError or EmptyAudioError.
    """
    mono = as_mono_16k(samples, sample_rate)
    sounds = _sounds(mono)
    if not sounds:
        return []
    middles = [(stop + first) // 2 for (_, stop), (first, _) in pairwise(sounds)]
    cuts = [0, *middles, len(mono) // STEP + 1]
    pieces = [
        mono[max(cut, first - _APART) * STEP : min(next_cut, stop + _APART) * STEP]
        for (first, stop), (cut, next_cut) in zip(sounds, pairwise(cuts), strict=True)
    ]
    takes = [make_take(piece, SAMPLE_RATE) for piece in pieces]
    return [take for take in takes if not USELESS & set(take.problems)]


def problems_of(take: Take, others: Sequence[Take]) -> tuple[Problem, ...]:
    """Return what is wrong with a take, also beside the other takes of its word."""
    usable = [other.seconds for other in others if not USELESS & set(other.problems)]
    if len(usable) < 2 or USELESS & set(take.problems):
        return take.problems
    ratio = take.seconds / float(np.median(usable))
    if 1 / _MUCH_LONGER < ratio < _MUCH_LONGER:
        return take.problems
    return (*take.problems, "unlike the others")


def _sounds(samples: Samples) -> list[tuple[int, int]]:
    """Return the first step of each sound and the one after its last; gaps of a word bridged."""
    level = levels_db(samples)
    joined: list[tuple[int, int]] = []
    for first, stop in runs(active_frames(level)):
        if joined and (first - joined[-1][1]) * STEP < _LONGEST_GAP_S * SAMPLE_RATE:
            first = joined.pop()[0]
        joined.append((first, stop))
    long_enough = [
        sound for sound in joined if (sound[1] - sound[0]) * STEP >= SHORTEST_SOUND_S * SAMPLE_RATE
    ]
    if not long_enough:
        return []
    loudest = max(level[first:stop].max() for first, stop in long_enough)
    return [
        (first, stop)
        for first, stop in long_enough
        if level[first:stop].max() > loudest - _FAINT_BELOW_DB
    ]


def _energy(level_db: npt.NDArray[np.float64], sound: tuple[int, int]) -> float:
    return float(np.sum(10 ** (level_db[sound[0] : sound[1]] / 10)))


def _loudest_second(level_db: npt.NDArray[np.float64], first: int, stop: int) -> tuple[int, int]:
    width = round(_LONGEST_WORD_S * SAMPLE_RATE) // STEP
    starts = range(first, stop - width + 1)
    best = max(starts, key=lambda start: _energy(level_db, (start, start + width)))
    return best, best + width

"""Where the words of a longer recording are.

A word is a stretch of sound between two places where the level is low. Every stretch that could
be a word is classified twice: alone, with silence around it, and where it stands, with whatever
surrounds it. The set of words that explains most of the sound wins (dynamic programming over
non-overlapping stretches). So a word said twice is found twice, "forward" is not also "four", and
noise, which may resemble a word in one of the two views, is heard as none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.labels import SILENCE, UNKNOWN
from kws_core.sound_level import STEP, active_frames, levels_db, valleys
from kws_core.waveform import SAMPLE_RATE, Samples

Floats = npt.NDArray[np.floating]
Posteriors = Callable[[Samples], npt.NDArray[np.float32]]


@dataclass(frozen=True)
class Word:
    """A spoken word: its label, where its sound starts and ends in seconds, its probability."""

    label: str
    start: float
    end: float
    score: float


@dataclass(frozen=True)
class FinderSettings:
    """How words are found. Lengths in seconds.

    threshold: least probability, the mean of the word alone and the word where it stands.
    shortest, longest: of a word's sound. longest_gap: of a silence inside a word (the closures
    of "eight" or "backward"). margin: kept around a stretch when it is classified alone.
    """

    threshold: float = 0.6
    shortest: float = 0.1
    longest: float = 1.0
    longest_gap: float = 0.2
    margin: float = 0.06


@dataclass(frozen=True)
class _Stretch:
    """Frames `first` to `last` (exclusive), of which `sound` are above the background."""

    first: int
    last: int
    sound: int


def find_words_in(
    samples: Samples,
    n_samples: int,
    labels: Sequence[str],
    posteriors: Posteriors,
    settings: FinderSettings | None = None,
) -> list[Word]:
    """Find the words in 16 kHz samples (n,), in the order spoken.

    posteriors: gives the probabilities (windows, labels) of windows (windows, n_samples).
    """
    settings = settings or FinderSettings()
    level = levels_db(samples)
    active = active_frames(level)
    stretches = _stretches(active, valleys(level, active), settings)
    if not stretches:
        return []
    alone = np.stack([_alone(samples, active, s, n_samples, settings) for s in stretches])
    in_place = np.stack([_in_place(samples, s, n_samples) for s in stretches])
    scores = (posteriors(alone) + posteriors(in_place)) / 2  # (stretches, labels)
    words = []
    for index, column in _best_words(stretches, scores, labels, settings):
        stretch = stretches[index]
        end = min(stretch.last * STEP, len(samples)) / SAMPLE_RATE
        start = stretch.first * STEP / SAMPLE_RATE
        words.append(Word(labels[column], start, end, float(scores[index, column])))
    return words


def _stretches(
    active: npt.NDArray[np.bool_], cuts: npt.NDArray[np.intp], settings: FinderSettings
) -> list[_Stretch]:
    """List every stretch that could be one word, by its first frame.

    A stretch starts where sound starts or after a cut, and ends where sound ends or at a cut.
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    starts = np.unique(np.concatenate([edges[::2], cuts]))
    ends = np.unique(np.concatenate([edges[1::2], cuts]))
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
        for last in ends[np.searchsorted(ends, first + shortest) :]:
            if last - first > longest or too_long[last] > too_long[first]:
                break
            sound = int(sound_before[last] - sound_before[first])
            if sound >= shortest:
                found.append(_Stretch(int(first), int(last), sound))
    return found


def _alone(
    samples: Samples,
    active: npt.NDArray[np.bool_],
    stretch: _Stretch,
    n_samples: int,
    settings: FinderSettings,
) -> Samples:
    """Return the stretch in the middle of a window, with a little of the quiet beside it."""
    margin = round(settings.margin * SAMPLE_RATE / STEP)
    first, last = stretch.first, stretch.last
    while first > 0 and stretch.first - first < margin and not active[first - 1]:
        first -= 1
    while last < len(active) and last - stretch.last < margin and not active[last]:
        last += 1
    sound = samples[first * STEP : last * STEP][:n_samples].copy()
    fade = np.linspace(0, 1, min(STEP, len(sound)), dtype=np.float32)
    sound[: len(fade)] *= fade
    sound[len(sound) - len(fade) :] *= fade[::-1]
    before = (n_samples - len(sound)) // 2
    return np.pad(sound, (before, n_samples - len(sound) - before))


def _in_place(samples: Samples, stretch: _Stretch, n_samples: int) -> Samples:
    """Return the window that has the stretch in its middle, with what is around it."""
    start = (stretch.first + stretch.last) * STEP // 2 - n_samples // 2
    window = np.zeros(n_samples, dtype=np.float32)
    kept = samples[max(0, start) : start + n_samples]
    offset = max(0, -start)
    window[offset : offset + len(kept)] = kept
    return window


def _best_words(
    stretches: list[_Stretch],
    scores: npt.NDArray[np.floating],
    labels: Sequence[str],
    settings: FinderSettings,
) -> list[tuple[int, int]]:
    """Choose non-overlapping stretches and their labels: (index, column) in order of time.

    The value of a word is the sound it explains times its probability's lead over the threshold.
    """
    words = np.array([label not in (SILENCE, UNKNOWN) for label in labels])
    best = scores.argmax(axis=1)
    lead = scores.max(axis=1) - settings.threshold
    value = np.where(words[best], lead, -1.0) * [stretch.sound for stretch in stretches]
    by_end = sorted(range(len(stretches)), key=lambda i: stretches[i].last)
    ends = [stretches[i].last for i in by_end]
    total = np.zeros(len(by_end) + 1)
    for k, i in enumerate(by_end):
        before = np.searchsorted(ends, stretches[i].first, side="right")
        total[k + 1] = max(total[k], total[before] + value[i])
    chosen = []
    k = len(by_end)
    while k > 0:
        i = by_end[k - 1]
        if total[k] > total[k - 1]:
            chosen.append((i, int(best[i])))
            k = int(np.searchsorted(ends, stretches[i].first, side="right"))
        else:
            k -= 1
    return chosen[::-1]

"""Where the words of a longer recording are.

A word is a stretch of sound between two places where the level is low. Every stretch that could
be a word is classified twice: alone, with the sounds beside it turned down to the background, and
where it stands, with whatever surrounds it; it has to be the word in both. Each time it is heard
in two windows, 80 ms before their middle and after it, whose posteriors are averaged: what
sounds like a word only where it happens to lie is none. The set of words that
explains most of the sound wins (dynamic programming over non-overlapping stretches). So a word
said twice is found twice, and "forward" is not also "four". What counts is first whether it is a
word, then which (`kws_core.spotting.word_scores`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.spotting.candidates import FinderSettings, Stretch, find_candidates
from kws_core.spotting.loudness import STEP
from kws_core.spotting.word_scores import Posteriors, scores_over_places

_AT_ONCE = 64  # stretches, so that a long recording takes no more memory than a short one


@dataclass(frozen=True)
class Word:
    """A spoken word: its label, where its sound starts and ends in seconds, its score.

    score: the lesser of its scores alone and where it stands (`kws_core.spotting.word_scores`).
    """

    label: str
    start: float
    end: float
    score: float


@dataclass(frozen=True)
class ScoredStretches:
    """What could be words in a recording, with a score of every label for each.

    A score is the lesser of the label's scores alone and where it stands.

    Words can be chosen from it at any threshold without asking the network again.
    """

    stretches: list[Stretch]
    scores: npt.NDArray[np.floating]  # (stretches, labels)
    n_samples: int  # of the recording, at 16 kHz


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
    scored = score_stretches(samples, n_samples, labels, posteriors, settings)
    return choose_words(scored, labels, settings.threshold)


def score_stretches(
    samples: Samples,
    n_samples: int,
    labels: Sequence[str],
    posteriors: Posteriors,
    settings: FinderSettings | None = None,
) -> ScoredStretches:
    """Score every stretch of 16 kHz samples (n,) that could be a word; as `find_words_in`."""
    candidates = find_candidates(samples, n_samples, settings or FinderSettings())
    stretches = candidates.stretches
    if not stretches:
        return ScoredStretches([], np.zeros((0, 0)), len(samples))
    parts = []
    for chosen in (stretches[i : i + _AT_ONCE] for i in range(0, len(stretches), _AT_ONCE)):
        looks = candidates.alone(chosen), candidates.in_place(chosen)
        parts.append(np.minimum(*(scores_over_places(posteriors, x, labels) for x in looks)))
    return ScoredStretches(stretches, np.concatenate(parts), len(samples))


def choose_words(scored: ScoredStretches, labels: Sequence[str], threshold: float) -> list[Word]:
    """Choose the words that explain most of the sound at a threshold, in the order spoken."""
    if not scored.stretches:
        return []
    words = []
    for index, column in _best_words(scored.stretches, scored.scores, labels, threshold):
        stretch = scored.stretches[index]
        end = min(stretch.last * STEP, scored.n_samples) / SAMPLE_RATE
        start = stretch.first * STEP / SAMPLE_RATE
        words.append(Word(labels[column], start, end, float(scored.scores[index, column])))
    return words


def _best_words(
    stretches: list[Stretch],
    scores: npt.NDArray[np.floating],
    labels: Sequence[str],
    threshold: float,
) -> list[tuple[int, int]]:
    """Choose non-overlapping stretches and their labels: (index, column) in order of time.

    The value of a word is the sound it explains times its score's lead over the threshold.
    """
    words = np.array([label not in (SILENCE, UNKNOWN) for label in labels])
    best = scores.argmax(axis=1)
    lead = scores.max(axis=1) - threshold
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

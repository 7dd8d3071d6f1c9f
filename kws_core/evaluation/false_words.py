"""Words found where there are none, against the share of spoken words that are found.

The word finder scores every stretch of sound that could be a word, and the words that explain
most of the sound win, among those whose score is at or above its threshold. So one pass of
the network serves all thresholds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tqdm import tqdm

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.evaluation.material import Spoken
from kws_core.results.metrics import poisson_rate, wilson_interval
from kws_core.spotting.finder import FinderSettings, ScoredStretches, choose_words, score_stretches
from kws_core.spotting.recognizer import Recognizer

THRESHOLDS = (*(round(0.02 * i, 2) for i in range(1, 50)), 0.99, 0.995, 0.999)
FOUND_SHARE = 0.95  # of the words, to compare models at
_N_COMMONEST = 20

_METHOD = (
    "find_words on recordings without any of the words. A word counts if its score, both "
    "alone and where it stands, is above the threshold. found: share of the words' recordings, "
    "given to find_words as they are, in which the right word is among those found; wrong: share "
    "in which another one is. At every threshold the words are chosen "
    "anew, from the same scores."
)


def measure_false_words(
    recognizer: Recognizer,
    spoken: Spoken,
    without_words: Mapping[str, Sequence[tuple[str, Samples]]],
) -> dict[str, Any]:
    """Return false words per hour by kind of recording, and their curve, as JSON values.

    without_words: recordings of each kind, with what is said or heard in them instead.
    """
    said = [recognizer.labels[target] for target in spoken.target]
    scored_words = _score_all(recognizer, spoken.clips, "finding words")
    scored = {
        kind: _score_all(recognizer, [sound for _, sound in recordings], f"words in {kind}")
        for kind, recordings in without_words.items()
        if recordings
    }
    default = FinderSettings().threshold

    def at(threshold: float) -> dict[str, Any]:
        found = [_labels(s, recognizer, threshold) for s in scored_words]
        right = sum(word in labels for word, labels in zip(said, found, strict=True))
        wrong = sum(bool(set(labels) - {word}) for word, labels in zip(said, found, strict=True))
        point: dict[str, Any] = {
            "threshold": threshold,
            "found": right / len(said),
            "wrong": wrong / len(said),
        }
        for kind, sounds in scored.items():
            count = sum(len(_labels(s, recognizer, threshold)) for s in sounds)
            point[kind] = count / _hours(sounds)
        return point

    curve = [at(threshold) for threshold in tqdm(THRESHOLDS, "thresholds", leave=False)]
    still_found = [point for point in curve if point["found"] >= FOUND_SHARE]
    here = at(default)
    return {
        "method": _METHOD,
        "threshold": default,
        "found": asdict(wilson_interval(round(here["found"] * len(said)), len(said))),
        "wrong": here["wrong"],
        "per_hour": {
            kind: _rate([name for name, _ in without_words[kind]], sounds, recognizer, default)
            for kind, sounds in scored.items()
        },
        "curve": curve,
        "at_95_percent_found": still_found[-1] if still_found else None,
    }


def _score_all(
    recognizer: Recognizer, sounds: Sequence[Samples], what: str
) -> list[ScoredStretches]:
    return [
        score_stretches(sound, recognizer.n_samples, recognizer.labels, recognizer.posteriors)
        for sound in tqdm(sounds, what, leave=False)
    ]


def _labels(scored: ScoredStretches, recognizer: Recognizer, threshold: float) -> list[str]:
    return [word.label for word in choose_words(scored, recognizer.labels, threshold)]


def _hours(scored: Sequence[ScoredStretches]) -> float:
    return sum(s.n_samples for s in scored) / SAMPLE_RATE / 3600


def _rate(
    names: Sequence[str],
    scored: Sequence[ScoredStretches],
    recognizer: Recognizer,
    threshold: float,
) -> dict[str, Any]:
    """Return words per hour, and which are heard in what: (name, label, times), commonest first."""
    heard = Counter(
        (name, label)
        for name, sound in zip(names, scored, strict=True)
        for label in _labels(sound, recognizer, threshold)
    )
    rate = asdict(poisson_rate(heard.total(), _hours(scored)))
    commonest = [[name, label, n] for (name, label), n in heard.most_common(_N_COMMONEST)]
    return rate | {"commonest": commonest}

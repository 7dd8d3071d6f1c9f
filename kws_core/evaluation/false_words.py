"""Words found where there are none, against the share of spoken words that are found.

The word finder scores every stretch of sound that could be a word, and the words that explain
most of the sound win, among those whose score is at or above its threshold. So one pass of
the network serves all thresholds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tqdm import tqdm

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.evaluation.material import Spoken
from kws_core.results.metrics import poisson_rate, wilson_interval
from kws_core.spotting.candidates import FinderSettings
from kws_core.spotting.finder import ScoredStretches, choose_words, score_stretches
from kws_core.spotting.recognizer import Recognizer

THRESHOLDS = (*(round(0.02 * i, 2) for i in range(1, 50)), 0.99, 0.995, 0.999)
FOUND_SHARE = 0.95  # of the words, to compare models at
_N_COMMONEST = 20

_METHOD = (
    "find_words, for commands on their own, on recordings without any of the words. Of sentences "
    "whose transcript holds some of them, what it holds is not counted as false, but apart "
    "(said_inside). A word counts if its score, both "
    "alone and where it stands, is above the threshold. found: share of the words' recordings, "
    "given to find_words as they are, in which the right word is among those found; wrong: share "
    "in which another one is. At every threshold the words are chosen "
    "anew, from the same scores."
)


@dataclass(frozen=True)
class Recording:
    """A recording without commands: its name, and the words spoken inside its sentences."""

    name: str
    samples: Samples
    said: tuple[str, ...] = ()


def measure_false_words(
    recognizer: Recognizer, spoken: Spoken, without_words: Mapping[str, Sequence[Recording]]
) -> dict[str, Any]:
    """Return false words per hour by kind of recording, and their curve, as JSON values.

    without_words: recordings of each kind.
    """
    said = [recognizer.labels[target] for target in spoken.target]
    scored_words = _score_all(recognizer, spoken.clips, "finding words")
    scored = {
        kind: _score_all(recognizer, [one.samples for one in recordings], f"words in {kind}")
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
            heard = _heard(without_words[kind], sounds, recognizer, threshold)
            point[kind] = sum(label not in one.said for one, label in heard) / _hours(sounds)
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
            kind: _rate(without_words[kind], sounds, recognizer, default)
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


def _heard(
    recordings: Sequence[Recording],
    scored: Sequence[ScoredStretches],
    recognizer: Recognizer,
    threshold: float,
) -> list[tuple[Recording, str]]:
    return [
        (one, label)
        for one, sound in zip(recordings, scored, strict=True)
        for label in _labels(sound, recognizer, threshold)
    ]


def _rate(
    recordings: Sequence[Recording],
    scored: Sequence[ScoredStretches],
    recognizer: Recognizer,
    threshold: float,
) -> dict[str, Any]:
    """Return words per hour, and which are heard in what: (name, label, times), commonest first."""
    heard = _heard(recordings, scored, recognizer, threshold)
    false = Counter((one.name, label) for one, label in heard if label not in one.said)
    hours = _hours(scored)
    commonest = [[name, label, n] for (name, label), n in false.most_common(_N_COMMONEST)]
    return asdict(poisson_rate(false.total(), hours)) | {
        "hours": hours,
        "said_inside": asdict(poisson_rate(len(heard) - false.total(), hours)),
        "commonest": commonest,
    }

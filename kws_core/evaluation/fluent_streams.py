"""How often the detector fires while people speak English, none of it meant for it.

Every recording of fluent English is a stream of its own, with silence or noise around it. An alarm
on a word that its transcript holds is counted apart: it was said, inside a sentence.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.evaluation.scored_sound import ScoredSound, Smoothed, replay, score_sound
from kws_core.evaluation.stream_set import noise_at, speech_level_db
from kws_core.results.metrics import poisson_rate
from kws_core.spotting import DetectorSettings
from kws_core.spotting.recognizer import Recognizer
from kws_core.training.dataset.fluent import Sentence, words_said

_BEFORE_S = 1.0  # of near silence: nothing is heard before a second is there
_AFTER_S = 1.5  # the last word needs time to be heard
_FLOOR_DB = -75.0
_N_COMMONEST = 30


@dataclass(frozen=True)
class ScoredSentence:
    """A recording of fluent English that was heard: which words it holds, and its scores."""

    corpus: str
    speaker: str
    said: tuple[str, ...]
    seconds: float
    sound: ScoredSound


def score_sentences(
    recognizer: Recognizer,
    sentences: Iterable[Sentence],
    detector: DetectorSettings,
    noises: Mapping[str, Samples] | None = None,
    snr_db: float | None = None,
) -> list[ScoredSentence]:
    """Hear each recording that has a transcript once, in quiet or over one noise after the other.

    noises: samples (n,) at 16 kHz by name. snr_db: of the speech's mean level to that of the noise;
    None is quiet.
    """
    rng = np.random.default_rng(0)
    transcribed = (one for one in tqdm(sentences, "sentences", leave=False) if one.text)
    kinds = itertools.cycle(noises.values() if noises else [np.zeros(1, np.float32)])
    return [
        ScoredSentence(
            one.corpus,
            one.speaker,
            words_said(one.text),
            len(one.samples) / SAMPLE_RATE,
            score_sound(recognizer, _stream(one.samples, noise, snr_db, rng), detector),
        )
        for one, noise in zip(transcribed, kinds, strict=False)
    ]


def _stream(
    samples: Samples, noise: Samples, snr_db: float | None, rng: np.random.Generator
) -> Samples:
    """Put a recording between silences, over a noise from anywhere in it."""
    before, after = (round(s * SAMPLE_RATE) for s in (_BEFORE_S, _AFTER_S))
    n = before + len(samples) + after
    stream = rng.standard_normal(n, dtype=np.float32) * np.float32(10 ** (_FLOOR_DB / 20))
    stream[before : before + len(samples)] += samples
    if snr_db is not None:
        stream += noise_at(noise, speech_level_db(samples) - snr_db, rng.random(), n)
    return stream


@dataclass(frozen=True)
class FluentAlarms:
    """What fired at one threshold: (index of the sentence, label), wrongly and said inside."""

    false: list[tuple[int, str]]
    said_inside: list[tuple[int, str]]


def alarms_in(
    sentences: Sequence[ScoredSentence],
    smoothed: Sequence[Smoothed],
    labels: Sequence[str],
    settings: DetectorSettings,
) -> FluentAlarms:
    """Decide anew from scores that were computed once."""
    fired = [
        (i, labels[heard.column])
        for i, (one, rows) in enumerate(zip(sentences, smoothed, strict=True))
        for heard in replay(one.sound, rows, labels, settings)
    ]
    return FluentAlarms(
        [(i, label) for i, label in fired if label not in sentences[i].said],
        [(i, label) for i, label in fired if label in sentences[i].said],
    )


def fluent_hours(sentences: Sequence[ScoredSentence]) -> float:
    """Return the hours of fluent English, silences around the recordings left out."""
    return sum(one.seconds for one in sentences) / 3600


def fluent_point(sentences: Sequence[ScoredSentence], alarms: FluentAlarms) -> dict[str, Any]:
    """Return rates an hour with intervals: false alarms, and words said inside a sentence."""
    hours = fluent_hours(sentences)
    return {
        "false_alarms": asdict(poisson_rate(len(alarms.false), hours)),
        "said_inside": asdict(poisson_rate(len(alarms.said_inside), hours)),
    }


def fluent_figures(sentences: Sequence[ScoredSentence], alarms: FluentAlarms) -> dict[str, Any]:
    """Return hours and rates by corpus, and the commonest false alarms."""
    corpora = []
    for corpus in dict.fromkeys(one.corpus for one in sentences):
        rows = [i for i, one in enumerate(sentences) if one.corpus == corpus]
        chosen = [sentences[i] for i in rows]
        of = FluentAlarms(
            [alarm for alarm in alarms.false if alarm[0] in set(rows)],
            [alarm for alarm in alarms.said_inside if alarm[0] in set(rows)],
        )
        corpora.append(
            {
                "corpus": corpus,
                "hours": fluent_hours(chosen),
                "sentences": len(chosen),
                "named_speakers": len({one.speaker for one in chosen if one.speaker}),
                **fluent_point(chosen, of),
            }
        )
    count = Counter((sentences[i].corpus, label) for i, label in alarms.false)
    return {
        "hours": fluent_hours(sentences),
        "corpora": corpora,
        "commonest": [[*key, n] for key, n in count.most_common(_N_COMMONEST)],
    }

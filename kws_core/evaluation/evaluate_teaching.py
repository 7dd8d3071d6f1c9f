"""How well words are learnt from a few takes: by one person or several, for themselves and others.

Words that no model was trained on (`english_words.parquet`) are taught and looked for in other
takes of them, and false alarms are counted in fluent English of validation speakers. A word counts
as found as the detector finds it: as many windows in a row, 80 ms apart, as it averages, above its
threshold, and above those of the other taught words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.audio.one_second import in_room_tone
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.evaluation.make_bank import (
    alone_windows,
    fluent_recordings_of,
    long_enough,
    run_lengths,
    window_embeddings,
)
from kws_core.models.embeddings import Embeddings
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching import embedding
from kws_core.teaching.head import Head, fit
from kws_core.teaching.hits import reached, reached_by_run, threshold_for
from kws_core.teaching.lesson import SeenTake, all_of, ground
from kws_core.teaching.takes import USELESS, make_take
from kws_core.teaching.taught import TaughtRecognizer, seen_take
from kws_core.training.dataset.shards import ENGLISH_WORDS_FILE, decode, read_table, word_table

WORDS = ("speech", "speaker", "signal", "process")  # said 20 times each by 14 students
BUDGETS = (1.0, 5.0)  # false alarms per hour and word
_TAKES = (1, 3, 5, 10)
_SEVERAL = 5
_MOST_TESTED = 8  # takes of a person and word
_N_KNOWN = 1000


@dataclass(frozen=True)
class TeachingSettings:
    """How much to measure: draws of each kind, takes of each person, hours of fluent English."""

    draws: int = 20
    takes_of_person: int = 18
    hours: float = 2.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class _Material:
    takes: dict[tuple[str, str], list[SeenTake]]  # by word and person
    heard: Embeddings
    runs: npt.NDArray[np.int64]
    hours: float

    def people(self) -> list[str]:
        return sorted({person for _, person in self.takes})


def evaluate_teaching(
    recognizer: Recognizer, data: Path, settings: TeachingSettings
) -> dict[str, Any]:
    """Measure teaching; returns figures to be kept as JSON.

    recognizer: the model whose words are known already. Raises DataError if the data are missing.
    """
    bank = embedding.bank()
    material = _material(data, settings)
    space, others, weight = ground(bank)
    rng = np.random.default_rng(settings.seed)
    figures = []
    numbers = [n for n in _TAKES if n < settings.takes_of_person]  # at least one is left to find
    for n, several in [*((n, False) for n in numbers), (_SEVERAL, True)]:
        draws = []
        for _ in range(settings.draws):
            taught, own, foreign = _draw(material, n, several, rng)
            examples = [[space.place(all_of(take)) for take in of] for of in taught]
            fitted = fit(examples, others, weight)
            head = Head(WORDS, space, *fitted, np.zeros(len(WORDS), np.float32))
            draws.append(_measured(head, material, own, foreign))
        summary = {
            name: {"mean": float(np.nanmean(values)), "spread": float(np.nanstd(values))}
            for name in draws[0]
            if not np.isnan(values := np.array([one[name] for one in draws])).all()
        }
        figures.append({"takes": n, "people": n if several else 1, **summary})
    return {
        "network": bank.model,
        "weights_sha256": bank.sha256,
        "date": datetime.now(UTC).date().isoformat(),
        "words": list(WORDS),
        "people": len(material.people()),
        "draws": settings.draws,
        "fluent_hours": material.hours,
        "figures": figures,
        "known_words": _known_words(recognizer, data, material, settings),
    }


def _material(data: Path, settings: TeachingSettings) -> _Material:
    network, bank = embedding.network(), embedding.bank()
    takes: dict[tuple[str, str], list[SeenTake]] = defaultdict(list)
    table = read_table(data, ENGLISH_WORDS_FILE, "word", "speaker", "audio")
    for word, speaker, audio in zip(*table.values(), strict=True):
        of_person = takes[word, str(speaker)] if word in WORDS else None
        if of_person is None or len(of_person) >= settings.takes_of_person:
            continue
        take = make_take(decode(audio), SAMPLE_RATE)
        if not USELESS & set(take.problems):
            of_person.append(seen_take(take))
    heard, runs, seconds = [], [], 0.0
    rng = np.random.default_rng(settings.seed)
    for _, recording in fluent_recordings_of(data, "val", rng):
        if seconds > settings.hours * 3600:
            break
        seconds += len(recording) / SAMPLE_RATE
        samples = long_enough(recording, network.n_samples)
        wanted = alone_windows(samples, network.n_samples)
        runs += run_lengths(wanted)
        if wanted.any():
            heard.append(bank.place(window_embeddings(network, samples, wanted)))
    return _Material(dict(takes), np.concatenate(heard), np.array(runs), seconds / 3600)


_Takes = list[list[SeenTake]]


def _draw(
    material: _Material, n: int, several: bool, rng: np.random.Generator
) -> tuple[_Takes, _Takes, _Takes]:
    """Draw the takes to teach, others by the same person, and takes of people not taught by."""
    people = [str(one) for one in rng.permutation(material.people())]
    teachers = people[:n] if several else people[:1]
    taught: _Takes = []
    own: _Takes = []
    foreign: _Takes = []
    for word in WORDS:
        if several:
            taught.append([one for p in teachers for one in _some(material, word, p, 1, rng)])
            own.append([])
        else:
            takes = _some(material, word, teachers[0], n + _MOST_TESTED, rng)
            taught.append(takes[:n])
            own.append(takes[n:])
        others = people[len(teachers) :]
        foreign.append([one for p in others for one in _some(material, word, p, 2, rng)])
    return taught, own, foreign


def _some(
    material: _Material, word: str, person: str, n: int, rng: np.random.Generator
) -> list[SeenTake]:
    takes = material.takes.get((word, person), [])
    return [takes[i] for i in rng.permutation(len(takes))[:n].tolist()]


def _measured(head: Head, material: _Material, own: _Takes, foreign: _Takes) -> dict[str, float]:
    by_others = reached_by_run(head.log_odds(material.heard), material.runs)
    figures = {}
    for budget in BUDGETS:
        most = round(budget * material.hours)
        threshold = np.array([threshold_for(column, most) for column in by_others.T])
        figures[f"own_found_at_{budget:g}"] = _share(head, own, threshold)
        figures[f"others_found_at_{budget:g}"] = _share(head, foreign, threshold)
    figures["own_named"] = _share(head, own, None)
    figures["others_named"] = _share(head, foreign, None)
    return figures


def _share(head: Head, takes: _Takes, threshold: npt.NDArray[np.float64] | None) -> float:
    right = []
    for word, of_word in enumerate(takes):
        for take in of_word:
            above = reached(head.log_odds(take.shifted)) - (0 if threshold is None else threshold)
            passes = threshold is None or above[word] >= 0
            right.append(passes and int(above.argmax()) == word)
    return float(np.mean(right)) if right else float("nan")


def _known_words(
    recognizer: Recognizer, data: Path, material: _Material, settings: TeachingSettings
) -> dict[str, Any]:
    """Return the accuracy on the known words before and after words are taught beside them."""
    from kws_core.teaching.lesson import learn

    rng = np.random.default_rng(settings.seed)
    taught, _, _ = _draw(material, _SEVERAL, True, rng)
    lesson = learn(WORDS, taught, embedding.bank())
    with_words = TaughtRecognizer(recognizer.loaded, lesson)
    table = word_table(data, "val")
    rows = rng.permutation(len(table["word"]))[:_N_KNOWN].tolist()
    windows = np.stack(
        [in_room_tone(decode(table["audio"][i]), recognizer.n_samples) for i in rows]
    )
    right = {
        name: float(np.mean(list(_is_right(one, windows, [table["word"][i] for i in rows]))))
        for name, one in (("before", recognizer), ("after", with_words))
    }
    return {"model": recognizer.card.name, "n": len(rows), "words_taught": len(WORDS), **right}


def _is_right(
    recognizer: Recognizer, windows: npt.NDArray[np.float32], words: Sequence[str]
) -> Iterator[bool]:
    best = recognizer.posteriors(windows).argmax(axis=1)
    for column, word in zip(best.tolist(), words, strict=True):
        yield recognizer.labels[column] == word

"""How well words are learnt from a few takes: by one person or several, for themselves and others.

Words that no model was trained on (`english_words.parquet`) are taught and looked for in other
takes of them, and false alarms are counted in fluent English of validation speakers and in noise
that was held out. A word counts as found as the detector finds it: as many windows in a row, 80 ms
apart, as it averages, above its threshold, and above those of the other taught words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.audio.one_second import in_room_tone
from kws_core.evaluation.teaching_set import (
    AT_HOME,
    STUDENTS,
    Draw,
    Takes,
    TeachingSet,
    TeachingSettings,
    read_teaching_set,
)
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching import embedding
from kws_core.teaching.head import Head, fit
from kws_core.teaching.hits import reached, threshold_for
from kws_core.teaching.lesson import all_of, ground, learn
from kws_core.teaching.taught import TaughtRecognizer
from kws_core.training.dataset.shards import decode, word_table

BUDGETS = (1.0, 5.0)  # false alarms per hour and word
_TAKES = (1, 3, 5, 10)
_TAKES_AT_HOME = (5, 10)
_SEVERAL = 5
_N_KNOWN = 1000


def evaluate_teaching(
    recognizer: Recognizer, data: Path, settings: TeachingSettings
) -> dict[str, Any]:
    """Measure teaching; returns figures to be kept as JSON.

    recognizer: the model whose words are known already. Raises DataError if the data are missing.
    """
    bank = embedding.bank()
    material = read_teaching_set(data, settings)
    space, others, weight = ground(bank)
    rng = np.random.default_rng(settings.seed)

    def measured(draw: Draw) -> dict[str, float]:
        examples = [[space.place(all_of(take)) for take in of] for of in draw.taught]
        names = tuple(map(str, range(len(examples))))
        fitted = fit(examples, others, weight)
        head = Head(names, space, *fitted, np.zeros(len(names), np.float32))
        return _measured(head, material, draw)

    def row(n: int, people: int | None, draw: Callable[[int], Draw]) -> dict[str, Any]:
        draws = [measured(draw(n)) for _ in range(settings.draws)]
        return {"takes": n, "people": people, **_summary(draws)}

    def by_one(n: int) -> Draw:
        return material.draw(n, rng, several=False)

    def by_several(n: int) -> Draw:
        return material.draw(n, rng, several=True)

    def at_home(n: int) -> Draw:
        return material.draw_at_home(n, rng)

    numbers = [n for n in _TAKES if n < settings.takes_of_person]  # at least one is left to find
    fewest = min(map(len, material.at_home.values()))
    return {
        "network": bank.model,
        "weights_sha256": bank.sha256,
        "date": datetime.now(UTC).date().isoformat(),
        "words": list(STUDENTS),
        "people": len(material.people()),
        "draws": settings.draws,
        "fluent_hours": material.fluent.hours,
        "noise_hours": material.noise.hours,
        "figures": [*(row(n, 1, by_one) for n in numbers), row(_SEVERAL, _SEVERAL, by_several)],
        "at_home": {
            "words": list(AT_HOME),
            "takes": sum(map(len, material.at_home.values())),
            "figures": [row(n, None, at_home) for n in _TAKES_AT_HOME if n < fewest],
        },
        "known_words": _known_words(recognizer, data, material, settings),
    }


def _summary(draws: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return mean and spread of each measure, without those that there are none of."""
    return {
        name: {"mean": float(np.nanmean(values)), "spread": float(np.nanstd(values))}
        for name in draws[0]
        if not np.isnan(values := np.array([one[name] for one in draws])).all()
    }


def _measured(head: Head, material: TeachingSet, draw: Draw) -> dict[str, float]:
    by_speech, by_noise = material.fluent.reached(head), material.noise.reached(head)
    figures = {}
    for budget in BUDGETS:
        most = round(budget * material.fluent.hours)
        threshold = np.array([threshold_for(column, most) for column in by_speech.T])
        figures[f"own_found_at_{budget:g}"] = _share(head, draw.own, threshold)
        figures[f"others_found_at_{budget:g}"] = _share(head, draw.foreign, threshold)
        alarms = (by_noise >= threshold).sum(axis=0).mean()  # of a word
        figures[f"noise_alarms_at_{budget:g}"] = float(alarms / max(material.noise.hours, 1e-9))
    figures["own_named"] = _share(head, draw.own, None)
    figures["others_named"] = _share(head, draw.foreign, None)
    return figures


def _share(head: Head, takes: Takes, threshold: npt.NDArray[np.float64] | None) -> float:
    right = []
    for word, of_word in enumerate(takes):
        for take in of_word:
            above = reached(head.log_odds(take.shifted)) - (0 if threshold is None else threshold)
            passes = threshold is None or above[word] >= 0
            right.append(passes and int(above.argmax()) == word)
    return float(np.mean(right)) if right else float("nan")


def _known_words(
    recognizer: Recognizer, data: Path, material: TeachingSet, settings: TeachingSettings
) -> dict[str, Any]:
    """Return the accuracy on the known words before and after words are taught beside them."""
    rng = np.random.default_rng(settings.seed)
    taught = material.draw(_SEVERAL, rng, several=True).taught
    lesson = learn(STUDENTS, taught, embedding.bank())
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
    return {"model": recognizer.card.name, "n": len(rows), "words_taught": len(STUDENTS), **right}


def _is_right(
    recognizer: Recognizer, windows: npt.NDArray[np.float32], words: Sequence[str]
) -> Iterator[bool]:
    best = recognizer.posteriors(windows).argmax(axis=1)
    for column, word in zip(best.tolist(), words, strict=True):
        yield recognizer.labels[column] == word

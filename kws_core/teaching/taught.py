"""A recogniser with words of one's own, beside those it knows or instead of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from kws_core.errors import TeachingError
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.models.store import LoadedModel
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching import embedding
from kws_core.teaching.lesson import Lesson, SeenTake, learn, see
from kws_core.teaching.names import check_names
from kws_core.teaching.report import WordReport
from kws_core.teaching.takes import USELESS, Take, make_take

MOST_TAKES = 200  # of one word


class TaughtRecognizer(Recognizer):
    """A recogniser like any other, whose labels begin with the taught words.

    Of each window, the head gives the taught words their share, by the embedding of the network
    that words are taught on. The rest is what the model said, or, if there are only taught words,
    silence and unknown. Raises TeachingError if both have different front ends.
    """

    def __init__(self, model: LoadedModel, lesson: Lesson, *, only: bool = False) -> None:
        super().__init__(model)
        self._embedder = embedding.network()
        if model.card.front_end != self._embedder.card.front_end:
            raise TeachingError(
                f"No words can be taught beside those of {model.card.name!r}: it hears sound "
                f"otherwise than {self._embedder.card.name!r} does. Choose another model."
            )
        self.lesson = lesson
        self.only = only
        known = (SILENCE, UNKNOWN) if only else model.card.labels
        self.labels = (*lesson.head.words, *known)
        self._is_silence = np.array([label == SILENCE for label in model.card.labels])

    @property
    def report(self) -> tuple[WordReport, ...]:
        """What is known of each taught word, in their order."""
        return self.lesson.reports

    def with_thresholds(self, thresholds: Mapping[str, float]) -> TaughtRecognizer:
        """Return the same with other thresholds for some of the taught words, in log-odds."""
        return TaughtRecognizer(
            self._model, self.lesson.with_thresholds(thresholds), only=self.only
        )

    def save(self, path: Path | str) -> None:
        """Write the taught words to a file, conventionally ``NAME.kws``; no sound is in it.

        Raises TeachingError if it can't be written.
        """
        from kws_core.teaching.file import write_taught

        write_taught(Path(path), self)

    def _probabilities(self, pictures: Tensor) -> npt.NDArray[np.float64]:
        known = super()._probabilities(pictures)
        if self.only:
            silence = known[:, self._is_silence].sum(axis=1, keepdims=True)
            known = np.concatenate([silence, 1 - silence], axis=1)
        shares = self.lesson.head.shares(self._embedder.embeddings(pictures))
        rest = 1 - shares.sum(axis=1, keepdims=True)
        return np.concatenate([shares, rest * known], axis=1)


def teach(
    recognizer: Recognizer,
    words: Mapping[str, Sequence[npt.NDArray[Any]]],
    sample_rate: int,
    *,
    only: bool = False,
) -> TaughtRecognizer:
    """Teach words from recordings, a few of each; as `Recognizer.with_words`."""
    takes = {word: [make_take(take, sample_rate) for take in of] for word, of in words.items()}
    return teach_takes(recognizer, takes, only=only)


def teach_takes(
    recognizer: Recognizer,
    words: Mapping[str, Sequence[Take]],
    *,
    not_words: Sequence[Take] = (),
    only: bool = False,
    seen: dict[str, SeenTake] | None = None,
) -> TaughtRecognizer:
    """Teach words from takes.

    not_words: counter-examples, which are none of the words. seen: what the network made of takes
    before, by their keys, to which new ones are added. Raises TeachingError for a name that
    can't be used, a word without a usable take, or a model as `TaughtRecognizer` does.
    """
    names = check_names(tuple(words), () if only else recognizer.labels)
    bank = embedding.bank().without(names)
    known = {} if seen is None else seen

    def look_at(take: Take) -> SeenTake:
        if take.key not in known:
            known[take.key] = seen_take(take)
        return known[take.key]

    examples, repeated = [], []
    for name, takes in zip(names, words.values(), strict=True):
        different = _different(name, takes)
        examples.append([look_at(take) for take in different])
        repeated.append(sum(_is_usable(take) for take in takes) - len(different))
    counter = [look_at(take) for take in not_words if _is_usable(take)]
    lesson = learn(names, examples, bank, repeated, counter)
    return TaughtRecognizer(recognizer.loaded, lesson, only=only)


def _is_usable(take: Take) -> bool:
    return not USELESS & set(take.problems)


def _different(name: str, takes: Sequence[Take]) -> list[Take]:
    """Return the usable takes of a word, each recording once."""
    if len(takes) > MOST_TAKES:
        raise TeachingError(
            f"{len(takes):,} takes of {name!r} are more than are used: give at most {MOST_TAKES}."
        )
    different = list({take.key: take for take in takes if _is_usable(take)}.values())
    if not different:
        raise TeachingError(
            f"There is no take of {name!r} in which something is said: record it, best five times."
        )
    return different


def seen_take(take: Take) -> SeenTake:
    """Ask the network about a take, and place what it says on the axes of its bank."""
    network, bank = embedding.network(), embedding.bank()
    return see(
        take,
        network.n_samples,
        lambda windows: bank.place(embedding.embeddings_of(network, windows)),
    )

"""Fluent English: sentences to stay silent in, and which of the 35 words they hold."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kws_core.audio.waveform import Samples
from kws_core.errors import DataError
from kws_core.labels import WORDS
from kws_core.training.dataset.shards import ENGLISH_WORDS_FILE, FLUENT_FILES, decode, read_table

_COFFEE_ORDERS = "coffee orders"  # a transcript of slots, as JSON
# What sounds like one of the words.
_HOMOPHONES = {
    "two": ("to", "too"),
    "four": ("for", "fore"),
    "no": ("know",),
    "one": ("won",),
    "eight": ("ate",),
    "right": ("write", "rite", "wright"),
}
_SOUNDS = {spelling: word for word in WORDS for spelling in (word, *_HOMOPHONES.get(word, ()))}


@dataclass(frozen=True)
class Sentence:
    """A recording of fluent English; speaker and text are empty where unknown."""

    corpus: str
    speaker: str
    text: str
    samples: Samples


def sentences(folder: Path, split: str) -> Iterator[Sentence]:
    """Yield the recordings of fluent English of a split: train or val.

    Raises `DataError` if a file is missing or damaged.
    """
    for name in FLUENT_FILES:
        table: dict[str, list[Any]] = read_table(
            folder, name, "corpus", "speaker", "split", "text", "audio"
        )
        for row, (corpus, speaker, of, text, audio) in enumerate(zip(*table.values(), strict=True)):
            if of == split:
                where = f"Row {row} of {name}"
                samples = decode(audio, where=where)
                yield Sentence(
                    str(corpus), str(speaker or ""), _plain(corpus, text, where), samples
                )


def _plain(corpus: str, text: str | None, where: str) -> str:
    """Return what was said; of a coffee order, what its slots hold."""
    if corpus != _COFFEE_ORDERS or not text:
        return text or ""
    try:
        return " ".join(str(value) for value in json.loads(text).values())
    except (ValueError, AttributeError) as error:
        raise DataError(f"{where} has a transcript that is no JSON object.") from error


def words_said(text: str) -> tuple[str, ...]:
    """Return which of the 35 words a transcript holds: themselves, homophones, or in compounds.

    A compound begins or ends with a word ("outright", "upper"), so that its sound is there.
    """
    tokens = re.findall("[a-z]+", text.lower().replace("'", ""))
    found = {_SOUNDS[token] for token in tokens if token in _SOUNDS}
    found |= {
        word
        for token in tokens
        for word in WORDS
        if token != word and (token.startswith(word) or token.endswith(word))
    }
    return tuple(word for word in WORDS if word in found)


def english_words(folder: Path) -> Iterator[tuple[str, Samples]]:
    """Yield English words that are none of the 35, never trained on: the word, its samples.

    Nothing if the file is not there; raises `DataError` if it is damaged.
    """
    if not (folder / ENGLISH_WORDS_FILE).is_file():
        return
    table = read_table(folder, ENGLISH_WORDS_FILE, "word", "audio")
    for row, (word, audio) in enumerate(zip(*table.values(), strict=True)):
        yield str(word), decode(audio, where=f"Row {row} of {ENGLISH_WORDS_FILE}")

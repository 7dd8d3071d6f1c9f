"""Fluent English: which of the 35 words a transcript holds, and what the data folder has."""

from __future__ import annotations

from pathlib import Path

import pytest

from kws_core.errors import DataError
from kws_core.training.dataset.fluent import english_words, sentences, words_said
from tests.helpers import training_shards as shards


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("We call it bear", ()),
        ("He said NO, and left.", ("no", "left")),
        ("I know two", ("two", "no")),
        ("it is outright wrong", ("right",)),
        ("the upper floor", ("up",)),
        ("I don't mind", ()),
        ("", ()),
    ],
)
def test_words_homophones_and_compounds_are_said(text: str, words: tuple[str, ...]) -> None:
    assert set(words_said(text)) == set(words)


def test_sentences_come_by_split_with_the_slots_of_an_order_as_text(tmp_path: Path) -> None:
    shards.write_fluent(tmp_path)
    order = shards.sentence_row("coffee orders", "val", '{"size": "two ounces"}', ["up"])
    shards.write(tmp_path, "english_speech_more.parquet", [order])
    found = list(sentences(tmp_path, "val"))
    assert [(one.corpus, one.text) for one in found] == [
        ("readers", "yesterday was fine"),
        ("coffee orders", "two ounces"),
    ]
    assert len(found[0].samples) == pytest.approx(3 * 0.6 * shards.RATE, abs=2)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"english_speech\.parquet is missing"):
        list(sentences(tmp_path, "val"))
    assert list(english_words(tmp_path)) == []

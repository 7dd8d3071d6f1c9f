"""Recordings that were named later: who learns from them, and which picture they replace."""

from __future__ import annotations

from pathlib import Path

import pytest

from kws_core.training.dataset.shards import picture_table, word_table
from tests.helpers import training_shards as shards


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shards.write_shards(tmp_path_factory.mktemp("data"))
    rows = [
        shards.more_word_row("yes", "train-a", "train"),
        shards.more_word_row("up", "train-p", "train", "picture", "train-p_nohash_0"),
        shards.more_word_row("up", "train-b", "train", "models"),
        shards.more_word_row("no", "val-a", "val"),
        shards.more_word_row("up", "val-p", "val", "models", "val-p_nohash_0"),
    ]
    shards.write(folder, "speech_commands_more.parquet", rows)
    return folder


def speakers(folder: Path, split: str) -> list[str]:
    return word_table(folder, split)["speaker"]


def test_they_are_learnt_from_but_for_the_few_that_measure(folder: Path) -> None:
    assert speakers(folder, "train")[-3:] == ["train-a", "train-p", "train-b"]
    assert word_table(folder, "kept_out")["word"] == ["yes", "no"]
    assert set(speakers(folder, "kept_out")).isdisjoint(speakers(folder, "train"))


def test_what_networks_named_measures_nothing(folder: Path) -> None:
    assert speakers(folder, "val")[-1] == "val-a"
    assert len(speakers(folder, "test_a")) == 7


def test_an_utterance_counts_once_as_sound(folder: Path) -> None:
    assert picture_table(folder, "train")["word"] == ["yes", "no", "four", "zero"]
    assert picture_table(folder, "val")["word"] == list(shards.FREQUENCIES)

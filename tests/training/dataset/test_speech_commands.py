"""The official splits, on a small data set laid out as the real one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kws_core.errors import DataError
from kws_core.training.dataset.speech_commands import (
    SPLITS,
    check_speakers,
    official_splits,
)

TRAIN = ("bed/00000001_nohash_0.wav", "yes/00000001_nohash_0.wav", "yes/00000002_nohash_1.wav")
VAL = ("bed/00000003_nohash_0.wav", "no/00000003_nohash_0.wav")
TEST = ("yes/00000004_nohash_0.wav",)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*TRAIN, *VAL, *TEST, "_background_noise_/pink_noise.wav"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "validation_list.txt").write_text("\n".join(VAL) + "\n")
    (tmp_path / "testing_list.txt").write_text("\n".join(TEST) + "\n")
    return tmp_path


def names(folder: Path, paths: list[Path]) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in paths}


def test_every_recording_is_in_the_split_that_the_lists_say(folder: Path) -> None:
    splits = official_splits(folder)
    assert [names(folder, splits[split]) for split in SPLITS] == [set(TRAIN), set(VAL), set(TEST)]


def test_the_notebook_s_mistake_is_noticed(folder: Path) -> None:
    """Joined and not normalised, the lists' paths match nothing, and all clips are trained on."""
    walked = list(folder.rglob("*_nohash_*.wav"))
    listed = {os.path.join("./", folder.name, name) for name in (*VAL, *TEST)}
    leaky = {
        "train": [path for path in walked if str(path) not in listed],
        "val": [folder / name for name in VAL],
        "test": [folder / name for name in TEST],
    }
    assert len(leaky["train"]) == len(walked)  # nothing was taken out
    with pytest.raises(DataError, match="is in train and in"):
        check_speakers(leaky)


def test_a_listed_file_that_is_missing_is_named(folder: Path) -> None:
    (folder / VAL[0]).unlink()
    with pytest.raises(DataError, match=VAL[0]):
        official_splits(folder)


def test_a_missing_list_and_an_empty_folder_are_said_plainly(folder: Path, tmp_path: Path) -> None:
    (folder / "testing_list.txt").unlink()
    with pytest.raises(DataError, match=r"testing_list\.txt"):
        official_splits(folder)
    with pytest.raises(DataError, match="no recordings"):
        official_splits(tmp_path / "elsewhere")

"""The cache of decoded data: where it lies, and that half of one is never used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_core.errors import DataError
from kws_core.training.dataset.cache import cached, default_cache


def test_decoded_data_go_to_the_users_cache_folder(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache() == tmp_path / "kws_core"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "me")
    assert default_cache() == tmp_path / "me" / ".cache" / "kws_core"


def make() -> dict[str, np.ndarray]:
    return {"log_mel": np.arange(6.0), "target": np.arange(3)}


def test_arrays_are_made_once_and_read_back(tmp_path: Path) -> None:
    made = []

    def count_and_make() -> dict[str, np.ndarray]:
        made.append(1)
        return make()

    for _ in range(2):
        arrays = cached(tmp_path, "key", count_and_make)
        np.testing.assert_array_equal(arrays["log_mel"], np.arange(6.0))
        assert isinstance(arrays["log_mel"], np.memmap)
        assert not isinstance(arrays["target"], np.memmap)
    assert made == [1]


def test_a_full_disk_is_said_and_what_was_written_is_not_used(tmp_path, monkeypatch) -> None:
    save = np.save

    def full(path: Path, array: np.ndarray) -> None:
        if path.stem == "target":
            raise OSError(28, "No space left on device")
        save(path, array)

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(DataError, match=r"key.*No space left.*--cache"):
        cached(tmp_path, "key", make)
    monkeypatch.setattr(np, "save", save)
    assert cached(tmp_path, "key", make)["target"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("kind", ["cut", "empty", "no array", "missing", "shorter"])
def test_a_damaged_one_is_made_anew(tmp_path: Path, capsys, kind: str) -> None:
    cached(tmp_path, "key", make)
    path = tmp_path / "key" / "log_mel.npy"
    if kind == "missing":
        path.unlink()
    elif kind == "shorter":
        np.save(path, np.arange(2.0))
    else:
        content = path.read_bytes()
        path.write_bytes({"cut": content[:-9], "empty": b"", "no array": b"<html>"}[kind])
    again = cached(tmp_path, "key", make)
    np.testing.assert_array_equal(again["log_mel"], np.arange(6.0))
    assert "key is damaged" in capsys.readouterr().err
    cached(tmp_path, "key", make)
    assert capsys.readouterr().err == ""


def test_arrays_that_are_in_use_survive_being_made_anew(tmp_path: Path) -> None:
    in_use = cached(tmp_path, "key", make)["log_mel"]
    (tmp_path / "key" / "target.npy").unlink()
    cached(tmp_path, "key", lambda: {"log_mel": np.zeros(1), "target": np.zeros(1)})
    np.testing.assert_array_equal(in_use, np.arange(6.0))

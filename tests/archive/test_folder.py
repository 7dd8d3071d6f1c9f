"""The output folder: complete rows or none, never mixed, and a second run knows what is there."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from kws_core.archive import folder as archive_folder
from kws_core.archive.folder import opened_folder, read_events, read_files, read_manifest
from kws_core.archive.hear import DONE, FAILED, UNREADABLE, Event, FileRow, Outcome, not_heard
from kws_core.archive.sources import Recording
from kws_core.errors import ArchiveError

MANIFEST = {"model": "m", "settings": {"threshold": 0.9, "alone": True}}


def outcome(file: str, *words: str, size: int = 1) -> Outcome:
    row = FileRow(file, "sha", size, 2.0, 1, 0.1, DONE, "")
    return Outcome(row, tuple(Event(file, 0, i, i + 0.5, w, 0.9) for i, w in enumerate(words)))


def labels(path: Path) -> list[tuple[str, str]]:
    return [(event.file, event.label) for event in read_events(path)]


def files(path: Path) -> list[str]:
    return [row.file for row in read_files(path)]


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    with opened_folder(tmp_path, MANIFEST) as folder:
        folder.add([outcome("a", "yes", "no"), outcome("b")])
        folder.add([])
        folder.add([outcome("c", "go")])
    assert labels(tmp_path) == [("a", "yes"), ("a", "no"), ("c", "go")]
    assert next(read_files(tmp_path)) == outcome("a").row
    assert files(tmp_path) == ["a", "b", "c"]
    assert read_manifest(tmp_path) == MANIFEST


def test_other_programs_read_it_as_a_data_set(tmp_path: Path) -> None:
    dataset = pytest.importorskip("pyarrow.dataset")
    with opened_folder(tmp_path, MANIFEST) as folder:
        folder.add([outcome("a", "yes")])
        folder.add([outcome("b", "no")])
    table = dataset.dataset(tmp_path / "events").to_table()
    assert table.column_names == ["file", "channel", "start", "end", "label", "score"]
    assert table["label"].to_pylist() == ["yes", "no"]
    assert dataset.dataset(tmp_path / "files").to_table().column_names == [
        "file", "sha", "bytes", "duration", "channels", "seconds", "status", "error",
    ]  # fmt: skip


def test_a_second_run_needs_what_is_new_changed_or_could_not_be_read(tmp_path: Path) -> None:
    recordings = [Recording(name, 1) for name in ("done", "failed", "unreadable")]
    with opened_folder(tmp_path, MANIFEST) as folder:
        assert all(folder.needs(one) for one in recordings)
        folder.add([outcome("done", "yes")])
        folder.add([not_heard(recordings[1], FAILED, "no sound")])
        folder.add([not_heard(recordings[2], UNREADABLE, "gone")])
    with opened_folder(tmp_path, MANIFEST) as folder:
        assert [folder.needs(one) for one in recordings] == [False, False, True]
        assert folder.needs(Recording("new", 1))
        assert folder.needs(Recording("done", 2))
        assert not folder.needs(Recording("done", None))
        folder.forget([Recording("done", 2), recordings[2]])
        folder.add([outcome("done", "no", size=2), outcome("unreadable", "go")])
    assert sorted(files(tmp_path)) == ["done", "failed", "unreadable"]
    assert labels(tmp_path) == [("done", "no"), ("unreadable", "go")]


def test_a_folder_is_never_mixed_and_says_what_differs(tmp_path: Path) -> None:
    with opened_folder(tmp_path, MANIFEST) as folder:
        folder.add([outcome("a", "yes")])
    other = {"model": "n", "settings": {"threshold": 0.8, "alone": True}, "merge": 1.0}
    wanted = r'merge: null, now 1.0; model: "m", now "n"; settings.threshold: 0.9, now 0.8'
    with pytest.raises(ArchiveError, match=wanted), opened_folder(tmp_path, other):
        pass
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(ArchiveError, match="no manifest"), opened_folder(tmp_path, MANIFEST):
        pass


def test_two_runs_do_not_write_at_once(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with (
        opened_folder(tmp_path, MANIFEST),
        pytest.raises(ArchiveError, match="Another scan writes"),
        opened_folder(tmp_path, MANIFEST),
    ):
        pass
    with opened_folder(tmp_path, MANIFEST):
        pass


@pytest.mark.parametrize("at", range(7))
def test_a_stop_at_any_write_leaves_whole_recordings(tmp_path: Path, monkeypatch, at: int) -> None:
    """Every rename is one moment at which the machine may stop."""
    moments = iter(range(100))
    replace = archive_folder.os.replace

    def stop(source: object, target: object) -> None:
        if next(moments) == at:
            raise KeyboardInterrupt
        replace(source, target)

    def write() -> None:
        with opened_folder(tmp_path, MANIFEST) as folder:
            folder.add([outcome("c", "go")])
            folder.forget([Recording("b")])
            folder.add([outcome("d", "up")])

    with opened_folder(tmp_path, MANIFEST) as folder:
        folder.add([outcome("a", "yes"), outcome("b", "no")])
    monkeypatch.setattr(archive_folder.os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        write()
    monkeypatch.undo()
    with opened_folder(tmp_path, MANIFEST):
        pass
    said = {"a": "yes", "b": "no", "c": "go", "d": "up"}
    assert sorted(labels(tmp_path)) == [(file, said[file]) for file in sorted(files(tmp_path))]
    assert not list(tmp_path.rglob("*.partial"))
    assert not (tmp_path / "forget.json").exists()


def test_a_full_disk_is_said_and_what_was_written_stays(tmp_path: Path, monkeypatch) -> None:
    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened_folder(tmp_path, MANIFEST) as folder:
        folder.add([outcome("a", "yes")])
        monkeypatch.setattr(archive_folder.os, "fsync", full)
        with pytest.raises(ArchiveError, match=r"No space left on device.*to go on"):
            folder.add([outcome("b", "no")])
    assert labels(tmp_path) == [("a", "yes")]
    assert not list(tmp_path.rglob("*.partial"))


@pytest.mark.parametrize("content", [b"", b"no parquet", None])
def test_a_damaged_or_strange_folder_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is None:
        with pytest.raises(ArchiveError, match="no output folder of scan"):
            read_manifest(tmp_path)
        return
    with opened_folder(tmp_path, MANIFEST) as folder:
        folder.add([outcome("a", "yes")])
    (tmp_path / "files" / "part-000001.parquet").write_bytes(content)
    with pytest.raises(ArchiveError, match="can't be read"), opened_folder(tmp_path, MANIFEST):
        pass


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with (
        pytest.raises(ArchiveError, match="can't be written"),
        opened_folder(tmp_path / "file" / "out", MANIFEST),
    ):
        pass

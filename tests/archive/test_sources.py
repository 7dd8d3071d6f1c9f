"""Which recordings there are, and how their bytes are read."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from kws_core.archive.sources import Recording, Source, find_recordings, is_there, listed, opened
from kws_core.errors import ArchiveError


def names(*paths: Path | str) -> list[str]:
    return [os.path.basename(one.path) for one in find_recordings(map(str, paths))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    top = tmp_path / "top"
    (top / "b" / "deep").mkdir(parents=True)
    for name in ("a.wav", "b/c.FLAC", "b/deep/d.mp3", "notes.txt", "z.opus"):
        (top / name).write_bytes(b"123")
    return top


def test_folders_are_searched_by_endings_and_files_are_taken_as_they_are(folder: Path) -> None:
    assert names(folder) == ["a.wav", "z.opus", "c.FLAC", "d.mp3"]
    assert names(folder / "notes.txt") == ["notes.txt"]
    assert names(folder / "b", folder, folder / "a.wav") == ["c.FLAC", "d.mp3", "a.wav", "z.opus"]
    (first, *_) = find_recordings([str(folder)])
    assert first == Recording(str(folder / "a.wav"), 3)


def test_paths_are_absolute_wherever_one_stands(folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    assert [one.path for one in find_recordings(["b/../a.wav"])] == [str(folder / "a.wav")]


def test_links_in_circles_end(folder: Path) -> None:
    (folder / "b" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "self.wav").symlink_to(folder / "self.wav")
    (folder / "nowhere.wav").symlink_to(folder / "not there")
    (folder / "again.wav").symlink_to(folder / "a.wav")
    assert sorted(names(folder)) == ["a.wav", "again.wav", "c.FLAC", "d.mp3", "z.opus"]


@pytest.mark.skipif(sys.platform != "linux", reason="names elsewhere are valid Unicode")
def test_names_in_any_script_and_none(tmp_path: Path) -> None:
    for name in ("Ωμέγα.wav", "日本語.wav", "😀 x.wav", "tab\there.wav", "new\nline.wav"):
        (tmp_path / name).write_bytes(b"1")
    with open(os.fsencode(tmp_path) + b"/\xff\xfe.wav", "wb") as file:
        file.write(b"1")
    found = list(find_recordings([str(tmp_path)]))
    assert len(found) == 6
    assert len({one.name.encode("utf-8") for one in found}) == 6
    assert any(one.name.endswith("\\xff\\xfe.wav") for one in found)
    for one in found:
        with opened(one.path) as source:
            assert source.read(0, 9) == b"1"


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"no file or folder .*gone\.wav"):
        list(find_recordings([str(tmp_path / "gone.wav")]))
    with pytest.raises(ArchiveError, match=r"can't be opened.*nothing"):
        list(find_recordings(["nothing://here/a.wav"]))
    assert not is_there(str(tmp_path / "gone"))
    assert is_there(str(tmp_path))


def test_a_list_has_a_path_a_line() -> None:
    lines = ["# mine\n", "/a b.wav\r\n", "\n", " s3://bucket/c.wav\n"]
    assert list(listed(lines)) == ["/a b.wav", " s3://bucket/c.wav"]


def test_addresses_go_through_fsspec() -> None:
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    system.pipe({"/kws/a.wav": b"12345", "/kws/sub/b.flac": b"6", "/kws/c.txt": b"7"})
    try:
        found = list(find_recordings(["memory://kws"]))
        assert [(one.path, one.size) for one in found] == [
            ("memory:///kws/a.wav", 5),
            ("memory:///kws/sub/b.flac", 1),
        ]
        with opened(found[0].path) as source:
            assert (source.size, source.read(1, 3)) == (5, b"234")
            assert source.sha256() == hashlib.sha256(b"12345").hexdigest()
        with pytest.raises(OSError, match="gone"), opened("memory://kws/gone.wav"):
            pass
    finally:
        system.rm("/kws", recursive=True)


@pytest.mark.parametrize(
    "reads", [[], [(0, 1000)], [(0, 300), (300, 700)], [(900, 100), (0, 400), (200, 500), (0, 10)]]
)
def test_the_hash_is_of_the_whole_file_however_it_is_read(tmp_path: Path, reads) -> None:
    data = bytes(i * 7 % 256 for i in range(1000))
    (tmp_path / "a.wav").write_bytes(data)
    with opened(str(tmp_path / "a.wav")) as source:
        assert isinstance(source, Source)
        for start, n in reads:
            assert source.read(start, n) == data[start : start + n]
        assert source.sha256() == hashlib.sha256(data).hexdigest()

"""A run and those after it: whatever ends one, in the end each recording is there once."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kws_core.archive.cluster import grouped
from kws_core.archive.folder import read_files
from kws_core.archive.hear import UNREADABLE, Outcome, not_heard
from kws_core.archive.run import scan_archive
from kws_core.archive.sources import Recording, find_recordings
from kws_core.errors import ArchiveError
from tests.helpers.archive_work import NamesRead, heard_words, scan_slowly, tone_plan, words_in_name
from tests.helpers.waiting import wait_until


def named(n: int) -> list[Recording]:
    """Recordings that NamesRead hears: there is no file."""
    return [Recording(f"/r/{i:05d}-{'low' if i % 3 else 'high-middle'}.wav", 1) for i in range(n)]


def run(recordings: Sequence[Recording], out: Path, ears: Any = None, **options: Any) -> None:
    used = ears or NamesRead()
    scan_archive(tone_plan(), recordings, out, lambda: contextlib.nullcontext(used), **options)


def test_killed_at_ten_random_moments_the_events_are_those_of_an_undisturbed_run(
    tmp_path: Path,
) -> None:
    recordings = named(120)
    run(recordings, tmp_path / "undisturbed")
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.helpers.archive_work"])
    rng = np.random.default_rng()
    out, kept = tmp_path / "killed", [0]
    for _ in range(10):
        process = processes.Process(target=scan_slowly, args=(recordings, out))
        process.start()
        wait_until(lambda: not len(list(out.glob("files/*.parquet"))) <= kept[-1] < 100, 0.002)
        time.sleep(rng.uniform(0, 0.03))
        process.kill()
        process.join()
        kept.append(len(list(out.glob("files/*.parquet"))))
    assert kept == sorted(kept)
    assert kept[1] < 120
    run(recordings, out)
    wanted = {one.path: words_in_name(one.path) for one in recordings}
    assert heard_words(out) == heard_words(tmp_path / "undisturbed") == wanted


def test_a_second_run_hears_only_what_is_new(tmp_path: Path) -> None:
    counted: list[tuple[int, int]] = []
    started = lambda to_do, done: counted.append((to_do, done))  # noqa: E731
    run(named(5), tmp_path / "out", started=started)
    run(named(8), tmp_path / "out", started=started)
    opened: list[int] = []
    scan_archive(tone_plan(), named(8), tmp_path / "out", lambda: opened.append(1), started=started)  # type: ignore[arg-type,return-value]
    assert counted == [(5, 0), (3, 5), (0, 8)]
    assert opened == []
    assert len(heard_words(tmp_path / "out")) == 8


class Stops(NamesRead):
    """Ears that fail after some recordings."""

    def __init__(self, error: BaseException, after: int) -> None:
        super().__init__()
        self.error, self.after = error, after

    def hear(self, plan: Any, manifest: Any, recordings: Any) -> Iterator[list[Outcome]]:
        yield from super().hear(plan, manifest, recordings[: self.after])
        raise self.error


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ArchiveError("lost"), ValueError("odd")])
def test_however_a_run_ends_what_was_found_is_written(tmp_path: Path, error) -> None:
    with pytest.raises(type(error)):
        run(named(9), tmp_path / "out", Stops(error, 4))
    assert len(heard_words(tmp_path / "out")) == 4
    run(named(9), tmp_path / "out")
    assert len(heard_words(tmp_path / "out")) == 9


class Unreadable(NamesRead):
    def hear(self, plan: Any, manifest: Any, recordings: Any) -> Iterator[list[Outcome]]:
        for one in recordings:
            yield [not_heard(one, UNREADABLE, "Input/output error")]


def test_where_the_share_goes_away_a_run_stops_and_the_next_tries_again(tmp_path: Path) -> None:
    share = tmp_path / "share"
    with pytest.raises(ArchiveError, match=r"share went away.*to go on"):
        run(named(4), tmp_path / "out", Unreadable(), given=[str(share)])
    assert heard_words(tmp_path / "out") == {}
    share.mkdir()
    run(named(4), tmp_path / "out", Unreadable(), given=[str(share)])
    assert {row.status for row in read_files(tmp_path / "out")} == {UNREADABLE}
    run(named(4), tmp_path / "out")
    assert all(heard_words(tmp_path / "out").values())


def test_ten_thousand_tiny_files(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(10_000):
        (folder / f"{i:05d}-low.wav").touch()
    recordings = list(find_recordings([str(folder)]))
    tasks = list(grouped(recordings, 2))
    assert sum(map(len, tasks)) == 10_000
    assert 100 <= len(tasks) <= 1_000
    run(recordings, tmp_path / "out")
    assert len(heard_words(tmp_path / "out")) == 10_000
    assert len(list((tmp_path / "out" / "files").iterdir())) <= 20
    run(recordings, tmp_path / "out", Stops(ValueError("heard again"), 0))


def test_large_recordings_come_first_and_alone_and_small_ones_are_shared_out() -> None:
    small = [Recording(f"s{i}", 1_000) for i in range(100)]
    large = [Recording("b", 10**8), Recording("a", 10**9), Recording("unknown", None)]
    tasks = list(grouped([*small[:50], *large, *small[50:]], 4))
    assert [[one.path for one in task] for task in tasks[:3]] == [["a"], ["b"], ["unknown"]]
    assert {len(task) for task in tasks[3:-1]} == {7}  # 100 files, 4 tasks for each of 4 workers
    assert [one for task in tasks[3:] for one in task] == small

"""Two processes that hear recordings, and what happens when they die."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kws_core.archive.cluster import Cluster, cluster_at, local_cluster, work
from kws_core.archive.folder import read_files
from kws_core.archive.hear import DONE, FAILED, SET_ASIDE
from kws_core.archive.plan import Plan
from kws_core.archive.run import scan_archive
from kws_core.archive.sources import Recording
from kws_core.cli import main as cli
from kws_core.errors import ArchiveError
from kws_core.samples import get_sample
from kws_core.spotting.candidates import FinderSettings
from tests.helpers.archive_work import (
    SETTINGS,
    AbsentPlan,
    heard_words,
    listen,
    tone_plan,
    words_in_name,
    write_recordings,
)

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with local_cluster(2, listen) as started:
        yield started


def address(cluster: Cluster) -> str:
    return str(cluster._client.scheduler.address)


def scan(cluster: Cluster, recordings: list[Recording], out: Path, **options: Any) -> None:
    scan_archive(tone_plan(), recordings, out, lambda: contextlib.nullcontext(cluster), **options)


def wanted(recordings: list[Recording]) -> dict[str, list[str]]:
    return {one.path: words_in_name(one.path) for one in recordings}


@pytest.mark.slow
def test_recordings_are_heard_by_both_and_bad_ones_are_rows(cluster, tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "in", 30)
    bad = tmp_path / "in" / "999-odd.wav"
    bad.write_bytes(Path(recordings[0].path).read_bytes())
    scan(cluster, [*recordings[:10], Recording(str(bad), 1), *recordings[10:]], tmp_path / "out")
    found = heard_words(tmp_path / "out")
    assert found.pop(str(bad)) == []
    assert found == wanted(recordings)
    rows = {row.file: row for row in read_files(tmp_path / "out")}
    assert (rows[str(bad)].status, rows[str(bad)].error) == (FAILED, "ValueError: something odd")


@pytest.mark.slow
def test_what_kills_its_process_three_times_is_set_aside_and_only_that(cluster, tmp_path) -> None:
    recordings = write_recordings(tmp_path / "in", 12)
    deadly = tmp_path / "in" / "500-deadly.wav"
    deadly.write_bytes(Path(recordings[0].path).read_bytes())
    scan(cluster, [*recordings[:5], Recording(str(deadly), 1), *recordings[5:]], tmp_path / "out")
    rows = {row.file: row for row in read_files(tmp_path / "out")}
    assert (rows[str(deadly)].status, rows[str(deadly)].error[:20]) == (
        SET_ASIDE,
        "3 processes died whi",
    )
    assert {row.status for file, row in rows.items() if file != str(deadly)} == {DONE}
    found = heard_words(tmp_path / "out")
    del found[str(deadly)]
    assert found == wanted(recordings)


@pytest.mark.slow
def test_a_worker_that_is_killed_costs_nothing(cluster, tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "in", 40)
    workers = list(cluster._client.run(os.getpid).values())

    def kill(outcomes: object) -> None:
        if workers:
            os.kill(workers.pop(), signal.SIGKILL)

    scan(cluster, recordings, tmp_path / "out", progress=kill)
    assert heard_words(tmp_path / "out") == wanted(recordings)


@pytest.mark.slow
def test_the_command_uses_a_cluster_that_is_there(cluster, tmp_path, monkeypatch, capsys) -> None:
    samples = [str(get_sample(name).path) for name in ("yes", "stop")]
    (tmp_path / "list.txt").write_text(f"# mine\n{samples[1]}\n")
    monkeypatch.setattr("kws_core.archive.cluster.Cluster.__init__.__defaults__", (work,))
    arguments = ["scan", samples[0], "--list", str(tmp_path / "list.txt"), "--labels", "audacity"]
    arguments += ["--out", str(tmp_path / "out"), "--scheduler", address(cluster)]
    assert cli.main(arguments) == 0
    assert "2 recordings" in capsys.readouterr().out
    assert heard_words(tmp_path / "out") == {samples[0]: ["yes"], samples[1]: ["stop"]}
    assert cli.main(arguments) == 0
    assert "2 recordings are done already" in capsys.readouterr().err
    assert cli.main([*arguments, "--threshold", "0.5"]) == 1
    assert f"settings.threshold: {FinderSettings().threshold}, now 0.5" in capsys.readouterr().err
    assert cli.main(["events", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "2 recordings" in out
    assert f"     1  {samples[0]}: yes 1" in out


@pytest.mark.slow
def test_a_worker_with_another_model_is_refused(cluster, tmp_path: Path) -> None:
    others = Cluster(cluster._client)
    recordings = [Recording(str(get_sample("yes").path), 1)]
    with pytest.raises(ArchiveError, match=r"another model.*temperature: 9\.0, now"):
        list(others.hear(Plan(), Plan().manifest(Plan().load()) | {"temperature": 9.0}, recordings))


@pytest.mark.slow
def test_workers_that_lack_something_end_the_run_and_no_recording_is_blamed(
    cluster, tmp_path: Path
) -> None:
    ears = lambda: contextlib.nullcontext(cluster)  # noqa: E731
    recordings = write_recordings(tmp_path / "in", 2)
    with pytest.raises(ArchiveError, match=r"can't hear recordings.*No module named 'something'"):
        scan_archive(AbsentPlan(settings=SETTINGS), recordings, tmp_path / "out", ears)
    assert heard_words(tmp_path / "out") == {}


def test_a_scheduler_that_is_not_there_is_said(monkeypatch) -> None:
    monkeypatch.setattr("kws_core.archive.cluster._CONNECT_S", 0.5)
    with (
        pytest.raises(ArchiveError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        cluster_at("tcp://127.0.0.1:9"),
    ):
        pass
    with pytest.raises(ArchiveError, match="No Dask scheduler"), cluster_at("nonsense://x"):
        pass


def test_without_dask_it_is_said_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(ArchiveError, match=r"pip install '\.\[archive\]'"), local_cluster(1):
        pass

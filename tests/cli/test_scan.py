"""``scan`` of archives and ``events``: what they print and refuse. The rest is tests/archive."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

import pytest

from kws_core.archive.folder import opened_folder
from kws_core.archive.hear import DONE, FAILED, Event, FileRow, Outcome, not_heard
from kws_core.archive.plan import Plan
from kws_core.archive.sources import Recording
from kws_core.cli import main as cli
from kws_core.cli import scan as cli_scan
from tests.helpers.archive_work import NamesRead, heard_words, tone_plan


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "at least one recording"),
        ("a.wav --labels srt", "--labels is for archives: name a folder with --out"),
        ("a.wav --scheduler tcp://h:1", "--scheduler is for archives"),
        ("--out o", "Name recordings or folders, or a list"),
        ("a.wav --out o --json", "--json does not go with --out"),
        ("a.wav --out o --channel 1", "--channel does not go with --out. Use --channels"),
        ("a.wav --out o --source-rate 8000", "--source-rate does not go with --out"),
        ("a.wav --out o --workers 2 --scheduler tcp://h:1", "--workers is for this machine"),
        ("not-there --out o", "no file or folder not-there"),
        ("--list not-there.txt --out o", "list not-there.txt can't be read"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, message, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["scan", *arguments.split()]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A folder with two recordings of words and one that could not be heard."""
    with opened_folder(tmp_path / "out", Plan().manifest(Plan().load())) as folder:
        for file, words in {"/a.wav": ("yes", "yes", "no"), "/b.wav": ("yes",)}.items():
            row = FileRow(file, "", 1, 1800.0, 1, 3.6, DONE, "")
            scores = {"yes": 0.95, "no": 0.93}
            events = [Event(file, 0, i, i + 0.5, w, scores[w]) for i, w in enumerate(words)]
            folder.add([Outcome(row, tuple(events))])
        folder.add([not_heard(Recording("/c.wav"), FAILED, "This is text.")])
    return tmp_path / "out"


def test_events_are_counted_by_word_and_recording(archive: Path, capsys) -> None:
    assert cli.main(["events", str(archive)]) == 0
    out, err = capsys.readouterr()
    first, *lines = [line for line in out.splitlines() if line]
    assert first == "ds-resnet: 3 recordings, 1 not heard, 1.0 hours of sound, 4 events"
    assert [line.split() for line in lines] == [
        ["word", "events", "files", "per", "hour"],
        ["yes", "3", "2", "3.00"],
        ["no", "1", "1", "1.00"],
        ["3", "/a.wav:", "yes", "2,", "no", "1"],
        ["1", "/b.wav:", "yes", "1"],
    ]
    assert err == "/c.wav: failed: This is text.\n"


def test_events_from_a_score_on_and_only_some_recordings(archive: Path, capsys) -> None:
    assert cli.main(["events", str(archive), "--threshold", "0.94", "--files", "1"]) == 0
    out = capsys.readouterr().out
    assert "3 events" in out
    assert "no  " not in out
    assert "and 1 more recordings" in out


def test_events_as_json(archive: Path, capsys) -> None:
    assert cli.main(["events", str(archive), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["events"] == {"yes": 3, "no": 1}
    assert found["by_file"]["/a.wav"] == {"yes": 2, "no": 1}
    assert found["hours"] == 1.0
    assert found["not_done"] == [{"file": "/c.wav", "status": "failed", "error": "This is text."}]


def test_a_folder_that_scan_did_not_write_is_refused(tmp_path: Path, capsys) -> None:
    assert cli.main(["events", str(tmp_path)]) == 1
    assert "no output folder of scan" in capsys.readouterr().err


def test_a_scan_says_how_far_it_came_and_ctrl_c_how_to_go_on(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    names = [f"{i}-low.wav" for i in range(6)]
    for name in names:
        (tmp_path / name).write_bytes(b"1")

    class Stopped(NamesRead):
        def hear(self, plan, manifest, recordings):  # type: ignore[no-untyped-def]
            yield from super().hear(plan, manifest, recordings[:4])
            raise KeyboardInterrupt

    monkeypatch.setattr(cli_scan, "Plan", lambda *options: tone_plan())
    ears = iter([Stopped(), NamesRead()])
    monkeypatch.setattr(cli_scan, "_cluster", lambda _: contextlib.nullcontext(next(ears)))
    arguments = ["scan", str(tmp_path), "--out", str(tmp_path / "out"), "--labels", "srt"]
    assert cli.main(arguments) == cli.INTERRUPTED
    assert "scan again with the same options to go on" in capsys.readouterr().err
    assert cli.main(arguments) == 0
    out, err = capsys.readouterr()
    assert out == f"6 recordings, 0.1 minutes of sound, 6 events in {tmp_path / 'out'}\n"
    assert "4 recordings are done already" in err
    assert "2/2" in err
    assert "Labels of 6 recordings" in err
    assert len(heard_words(tmp_path / "out")) == 6


def test_without_the_extra_one_recording_is_heard_and_a_folder_says_what_to_install(
    tmp_path: Path, monkeypatch, capsys
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    (tmp_path / "a.wav").write_bytes(b"1")
    assert cli.main(["scan", str(tmp_path / "a.wav"), "--out", str(tmp_path / "out")]) == 1
    assert "pip install '.[archive]'" in capsys.readouterr().err

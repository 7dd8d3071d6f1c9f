"""Label files of other programs, as those programs read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kws_core.archive.folder import opened_folder
from kws_core.archive.hear import DONE, Event, FileRow, Outcome
from kws_core.archive.labels import LABELS, audacity, raven, srt, table, write_labels

EVENTS = [
    Event("/data/a.wav", 0, 1.25, 1.75, "yes", 0.98765),
    Event("/data/a.wav", 2, 3661.5, 3662.0, "no", 0.93),
]


def test_audacity() -> None:
    assert audacity(EVENTS) == "1.250\t1.750\tyes\n3661.500\t3662.000\tno\n"


def test_raven() -> None:
    head, first, second = raven(EVENTS).splitlines()
    assert head.split("\t")[:5] == [
        "Selection",
        "View",
        "Channel",
        "Begin Time (s)",
        "End Time (s)",
    ]
    row = ["1", "Spectrogram 1", "1", "1.250", "1.750", "0", "8000", "yes", "0.9877"]
    assert first.split("\t") == row
    assert second.split("\t")[:3] == ["2", "Spectrogram 1", "2"]


def test_srt() -> None:
    assert srt(reversed(EVENTS)) == (
        "1\n00:00:01,250 --> 00:00:01,750\nyes\n\n2\n01:01:01,500 --> 01:01:02,000\nno\n"
    )


def test_csv() -> None:
    assert table(EVENTS).splitlines() == [
        "start,end,label,score,channel",
        "1.250,1.750,yes,0.9877,mix",
        "3661.500,3662.000,no,0.9300,2",
    ]


@pytest.mark.parametrize("kind", LABELS)
def test_each_recording_with_events_gets_a_file_below_its_path(kind: str, tmp_path: Path) -> None:
    rows = ["/data/a.wav", "s3://bucket/x/b.flac", "C:\\sounds\\..\\c.wav", "/data/silent.wav"]
    with opened_folder(tmp_path, {}) as folder:
        for file in rows:
            events = () if "silent" in file else (Event(file, 1, 0.5, 1.0, "go", 0.95),)
            folder.add([Outcome(FileRow(file, "", 1, 2.0, 1, 0.1, DONE, ""), events)])
    assert write_labels(tmp_path, kind) == 3
    ending = LABELS[kind][0]
    written = {str(p.relative_to(tmp_path / "labels" / kind)) for p in tmp_path.rglob(f"*{ending}")}
    assert {"data/a.wav" + ending, "s3/bucket/x/b.flac" + ending} < written
    assert len(written) == 3
    assert not any(".." in Path(name).parts for name in written)
    assert "go" in (tmp_path / "labels" / kind / ("data/a.wav" + ending)).read_text()

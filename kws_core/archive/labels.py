"""Events as the label files of other programs, one file for each recording."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from kws_core.archive.folder import read_events, write_whole
from kws_core.archive.hear import MIXED, Event
from kws_core.errors import ArchiveError

_BAND_HZ: Final = ("0", "8000")  # Raven draws a box from one to the other


def audacity(events: Iterable[Event]) -> str:
    """Return a label track for Audacity: start, end and label, with tabs between."""
    return "".join(f"{e.start:.3f}\t{e.end:.3f}\t{e.label}\n" for e in events)


def raven(events: Iterable[Event]) -> str:
    """Return a selection table for Raven; a mix is its channel 1."""
    head = (
        "Selection", "View", "Channel", "Begin Time (s)", "End Time (s)", "Low Freq (Hz)",
        "High Freq (Hz)", "Label", "Score",
    )  # fmt: skip
    rows = [head]
    for i, e in enumerate(events, 1):
        place = f"{max(e.channel, 1)}", f"{e.start:.3f}", f"{e.end:.3f}"
        rows.append((f"{i}", "Spectrogram 1", *place, *_BAND_HZ, e.label, f"{e.score:.4f}"))
    return "".join("\t".join(row) + "\n" for row in rows)


def srt(events: Iterable[Event]) -> str:
    """Return subtitles (SubRip)."""
    return "\n".join(
        f"{i}\n{_clock(e.start)} --> {_clock(e.end)}\n{e.label}\n"
        for i, e in enumerate(sorted(events, key=lambda e: e.start), 1)
    )


def table(events: Iterable[Event]) -> str:
    """Return CSV with the columns start, end, label, score and channel."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["start", "end", "label", "score", "channel"])
    for e in events:
        channel = "mix" if e.channel == MIXED else e.channel
        writer.writerow([f"{e.start:.3f}", f"{e.end:.3f}", e.label, f"{e.score:.4f}", channel])
    return out.getvalue()


LABELS: Final[dict[str, tuple[str, Callable[[Sequence[Event]], str]]]] = {
    "audacity": (".txt", audacity),
    "raven": (".selections.txt", raven),
    "srt": (".srt", srt),
    "csv": (".csv", table),
}


def write_labels(folder: Path, kind: str) -> int:
    """Write ``labels/KIND`` in an output folder, by the paths of the recordings; return how many.

    Recordings without events get no file. Raises ArchiveError.
    """
    ending, make = LABELS[kind]
    n = 0
    for file, events in _by_file(read_events(folder)):
        path = folder / "labels" / kind / f"{_inside(file)}{ending}"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, make(events).encode())
        except OSError as error:
            reason = error.strerror or str(error)
            raise ArchiveError(f"{path} can't be written: {reason}.") from error
        n += 1
    return n


def _by_file(events: Iterator[Event]) -> Iterator[tuple[str, list[Event]]]:
    for file, group in groupby(events, key=lambda e: e.file):
        yield file, sorted(group, key=lambda e: (e.start, e.channel))


def _inside(file: str) -> str:
    """Return a relative path for a recording's absolute one, or its address."""
    _, without_drive = os.path.splitdrive(file.replace("://", "/"))
    parts = without_drive.replace("\\", "/").split("/")
    return os.path.join(*(part for part in parts if part not in ("", ".", "..")))


def _clock(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"

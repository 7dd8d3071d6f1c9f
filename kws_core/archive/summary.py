"""What an output folder holds, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from kws_core.archive.folder import read_events, read_files, read_manifest
from kws_core.archive.hear import DONE, FileRow


@dataclass
class Summary:
    """Counts of an output folder.

    events: by word; files_with: by word, the recordings that have it; by_file: events by word for
    each recording that has some. hours: of sound; work_hours: of processes. not_done: recordings
    that have an error.
    """

    model: str
    events: Counter[str] = field(default_factory=Counter)
    files_with: Counter[str] = field(default_factory=Counter)
    by_file: dict[str, Counter[str]] = field(default_factory=dict)
    n_files: int = 0
    hours: float = 0.0
    work_hours: float = 0.0
    not_done: list[FileRow] = field(default_factory=list)


def summarize(path: Path, least_score: float = 0.0) -> Summary:
    """Count the events of an output folder from a score on. Raises ArchiveError."""
    summary = Summary(str(read_manifest(path)["model"]))
    for row in read_files(path):
        summary.n_files += 1
        summary.hours += row.duration / 3600
        summary.work_hours += row.seconds / 3600
        if row.status != DONE:
            summary.not_done.append(row)
    for event in read_events(path):
        if event.score >= least_score:
            summary.events[event.label] += 1
            of_file = summary.by_file.setdefault(event.file, Counter())
            of_file[event.label] += 1
            summary.files_with[event.label] += of_file[event.label] == 1
    return summary

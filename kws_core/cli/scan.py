"""The commands ``scan``, as far as it goes through an archive, and ``events``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any

from kws_core.archive.cluster import Cluster, cluster_at, local_cluster
from kws_core.archive.hear import DONE, Outcome
from kws_core.archive.labels import LABELS, write_labels
from kws_core.archive.plan import Plan
from kws_core.archive.run import scan_archive
from kws_core.archive.sources import find_recordings, listed
from kws_core.archive.summary import Summary, summarize
from kws_core.audio.long import CHANNELS, MIX
from kws_core.cli.detector import add_inside_sentences
from kws_core.cli.listen import STANDARD_INPUT
from kws_core.cli.numbers import count, positive, rate
from kws_core.cli.options import Commands
from kws_core.errors import ArchiveError, SettingsError
from kws_core.spotting.candidates import FinderSettings

_ONLY_WITH_OUT = ("list", "scheduler", "workers", "labels", "merge", "channels")
_NOT_WITH_OUT = {"channel": "--channels", "source_rate": None, "json": None}
_MOST_SHOWN = 10


def add_scan_options(scan: argparse.ArgumentParser) -> None:
    """Add the options of ``scan`` alone."""
    scan.add_argument(
        "files", nargs="*", metavar="FILE", help="recordings; with --out also folders, addresses"
    )
    add_inside_sentences(scan)
    scan.add_argument(
        "--threshold",
        type=rate,
        default=FinderSettings().threshold,
        help="least score of a word, 0 to 1 (default: %(default)s)",
    )
    archive = scan.add_argument_group("archives", "recordings of any number and length")
    archive.add_argument(
        "--out", type=Path, metavar="FOLDER", help="for the events; a second run goes on there"
    )
    archive.add_argument(
        "--list", metavar="FILE", help="with a path or address a line; - for input"
    )
    archive.add_argument(
        "--channels", choices=CHANNELS, help=f"of recordings with several (default: {MIX})"
    )
    archive.add_argument(
        "--merge",
        type=positive,
        metavar="SECONDS",
        help="events of a word nearer than that are one",
    )
    archive.add_argument(
        "--labels", action="append", choices=LABELS, help="for another program; can be repeated"
    )
    archive.add_argument("--workers", type=count, help="processes (default: one a core)")
    archive.add_argument("--scheduler", metavar="ADDRESS", help="of Dask, such as tcp://host:8786")


def add_events(commands: Commands) -> None:
    """Add the command ``events``."""
    about = "count what scan --out found, by word and file"
    events = commands.add("events", about, events_command)
    events.add_argument("folder", type=Path, metavar="FOLDER", help="that scan --out wrote")
    events.add_argument("--threshold", type=rate, default=0.0, help="least score of an event")
    events.add_argument(
        "--files", type=count, default=_MOST_SHOWN, help="how many (default: %(default)s)"
    )
    events.add_argument("--json", action="store_true", help="all of it as one JSON object")


def finder_settings(options: argparse.Namespace) -> FinderSettings:
    """Return how words are found."""
    return FinderSettings(options.threshold, alone=not options.inside_sentences)


def is_for_archive(options: argparse.Namespace) -> bool:
    """Say whether ``scan`` writes into a folder. Raises SettingsError for what makes no sense."""
    if options.out is None:
        for name in _ONLY_WITH_OUT:
            if getattr(options, name) is not None:
                raise SettingsError(f"--{name} is for archives: name a folder with --out.")
        if not options.files:
            raise SettingsError("Name at least one recording.")
        return False
    for name, instead in _NOT_WITH_OUT.items():
        if getattr(options, name):
            other = f" Use {instead}." if instead else ""
            raise SettingsError(f"--{name.replace('_', '-')} does not go with --out.{other}")
    if not options.files and options.list is None:
        raise SettingsError("Name recordings or folders, or a list of them with --list.")
    if options.scheduler is not None and options.workers is not None:
        raise SettingsError("--workers is for this machine: a scheduler has its own.")
    return True


def scan_archive_command(options: argparse.Namespace) -> int:
    """Find the words of an archive and write them into a folder.

    Returns 0, or 1 if a recording could not be heard. Raises KwsError if nothing can be done.
    """
    plan = Plan(
        options.model,
        options.model_folder,
        options.taught,
        finder_settings(options),
        options.channels or MIX,
        options.merge or 0.0,
    )
    given = [*options.files, *_lines(options.list)]
    recordings = list(find_recordings(given))
    if not recordings:
        raise ArchiveError("There are no recordings there. Check the paths.")
    bar = _Progress()
    try:
        ears = partial(_cluster, options)
        scan_archive(plan, recordings, options.out, ears, options.files, bar.show, bar.start)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(
            "Stopped. What is done is kept; scan again with the same options to go on."
        ) from stop
    finally:
        bar.close()
    for kind in options.labels or ():
        n = write_labels(options.out, kind)
        print(f"Labels of {n:,} recordings in {options.out / 'labels' / kind}", file=sys.stderr)
    summary = summarize(options.out)
    print(f"{_about(summary)}, {summary.events.total():,} events in {options.out}")
    _print_failures(summary)
    return 1 if summary.not_done else 0


def events_command(options: argparse.Namespace) -> int:
    """Print what an output folder holds, by word and by recording; returns 0.

    Raises ArchiveError if it can't be read.
    """
    summary = summarize(options.folder, options.threshold)
    if options.json:
        print(json.dumps(_as_json(summary), ensure_ascii=False))
        return 0
    print(f"{summary.model}: {_about(summary)}, {summary.events.total():,} events")
    if summary.events:
        print(f"\n{'word':14s} {'events':>9s} {'files':>9s} {'per hour':>9s}")
    for word, n in summary.events.most_common():
        per_hour = n / summary.hours if summary.hours else 0.0
        print(f"{word:14s} {n:9,d} {summary.files_with[word]:9,d} {per_hour:9.2f}")
    files = sorted(summary.by_file.items(), key=lambda one: (-one[1].total(), one[0]))
    if files:
        print()
    for file, words in files[: options.files]:
        counted = ", ".join(f"{word} {n}" for word, n in words.most_common())
        print(f"{words.total():6,d}  {file}: {counted}")
    if len(files) > options.files:
        print(f"        and {len(files) - options.files:,} more recordings (--files)")
    _print_failures(summary)
    return 0


def _lines(path: str | None) -> list[str]:
    if path is None:
        return []
    if path == STANDARD_INPUT:
        return list(listed(sys.stdin))
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return list(listed(file))
    except OSError as error:
        raise ArchiveError(f"The list {path} can't be read: {error.strerror}.") from error


def _cluster(options: argparse.Namespace) -> AbstractContextManager[Cluster]:
    if options.scheduler is not None:
        return cluster_at(options.scheduler)
    return local_cluster(options.workers)


def _about(summary: Summary) -> str:
    failed = f", {len(summary.not_done):,} not heard" if summary.not_done else ""
    return f"{summary.n_files:,} recordings{failed}, {_length(summary.hours)} of sound"


def _length(hours: float) -> str:
    return f"{hours:,.1f} hours" if hours >= 1 else f"{60 * hours:.1f} minutes"


def _print_failures(summary: Summary) -> None:
    for row in summary.not_done[:_MOST_SHOWN]:
        print(f"{row.file}: {row.status}: {row.error}", file=sys.stderr)
    if len(summary.not_done) > _MOST_SHOWN:
        print(f"and {len(summary.not_done) - _MOST_SHOWN:,} more", file=sys.stderr)


def _as_json(summary: Summary) -> dict[str, Any]:
    return {
        "model": summary.model,
        "files": summary.n_files,
        "hours": summary.hours,
        "work_hours": summary.work_hours,
        "events": summary.events,
        "files_with": summary.files_with,
        "by_file": summary.by_file,
        "not_done": [
            {"file": row.file, "status": row.status, "error": row.error} for row in summary.not_done
        ],
    }


class _Progress:
    """A bar on standard error: recordings, sound, and how fast it goes."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._seconds, self._events, self._failed = 0.0, 0, 0

    def start(self, to_do: int, done: int) -> None:
        if done:
            print(f"{done:,} recordings are done already.", file=sys.stderr)
        if not to_do:
            return
        from tqdm import tqdm

        self._began = time.monotonic()
        self._bar = tqdm(total=to_do, unit=" files", file=sys.stderr, mininterval=1.0)

    def show(self, outcomes: list[Outcome]) -> None:
        rows = [one.row for one in outcomes]
        self._seconds += sum(row.duration for row in rows)
        self._events += sum(len(one.events) for one in outcomes)
        self._failed += sum(row.status != DONE for row in rows)
        speed = self._seconds / max(time.monotonic() - self._began, 1e-3)
        self._bar.set_postfix_str(
            f"{self._seconds / 3600:.1f} h of sound, {speed:.0f} times real time, "
            f"{self._events:,} events" + (f", {self._failed:,} not heard" if self._failed else ""),
            refresh=False,
        )
        self._bar.update(len(rows))

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

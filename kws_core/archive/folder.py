"""The output folder: Parquet files of events and of recordings, each written once and whole.

What is kept grows by parts, ``events/part-000001.parquet`` and ``files/part-000001.parquet``. The
part of the recordings is renamed into its place last: events without it are of a run that was
stopped in between, and are removed by the next. So a recording is in the folder with all of its
events or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import IO, Any, Final

from kws_core.archive.hear import UNREADABLE, Event, FileRow, Outcome
from kws_core.archive.plan import differences
from kws_core.archive.sources import Recording
from kws_core.errors import ArchiveError

MANIFEST: Final = "manifest.json"
EVENTS: Final = "events"
FILES: Final = "files"
_PARTIAL: Final = ".partial"
_FORGET: Final = "forget.json"
_TYPES: Final = {"str": "string", "int": "int64", "float": "float64"}


class OutputFolder:
    """A folder that one run writes to; made by `opened_folder`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sizes: dict[str, int] = {}  # of what need not be heard again
        self._again: set[str] = set()  # recordings that could not be read
        parts = [int(part.stem.partition("-")[2]) for part in _parts(path, FILES)]
        self._next = max(parts, default=0) + 1
        for part in _parts(path, FILES):
            for row in _read(part, ["file", "status", "bytes"]):
                if row["status"] == UNREADABLE:
                    self._again.add(row["file"])
                else:
                    self._sizes[row["file"]] = row["bytes"]

    @property
    def n_done(self) -> int:
        """How many recordings need not be heard again."""
        return len(self._sizes)

    def needs(self, recording: Recording) -> bool:
        """Whether a recording is new, could not be read before, or has another size now."""
        size = self._sizes.get(recording.name)
        return size is None or recording.size not in (None, size)

    def forget(self, recordings: Collection[Recording]) -> None:
        """Remove rows of recordings that are to be heard again. Raises ArchiveError."""
        names = {one.name for one in recordings}
        gone = names & (self._sizes.keys() | self._again)
        if not gone:
            return
        with _writing(self.path):
            _forget(self.path, gone)

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Write the events of some recordings, whole or not at all. Raises ArchiveError."""
        if not outcomes:
            return
        name = f"part-{self._next:06d}.parquet"
        events = [astuple(event) for one in outcomes for event in one.events]
        with _writing(self.path):
            if events:
                _write(self.path / EVENTS / name, EVENTS, events)
            _write(self.path / FILES / name, FILES, [astuple(one.row) for one in outcomes])
        self._next += 1


@contextlib.contextmanager
def opened_folder(path: Path, manifest: dict[str, Any]) -> Iterator[OutputFolder]:
    """Open an output folder for one run, and make it if there is none.

    Raises ArchiveError if it holds what was made in another way, or another run writes to it.
    """
    with _writing(path):
        path.mkdir(parents=True, exist_ok=True)
        lock = open(path / ".lock", "a")  # noqa: SIM115
    with lock:
        _lock(lock, path)
        _check_manifest(path, manifest)
        _remove_unfinished(path)
        yield OutputFolder(path)


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of an output folder. Raises ArchiveError."""
    try:
        kept: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ArchiveError(f"{path} is no output folder of scan: it has no {MANIFEST}.") from error
    except (OSError, ValueError) as error:
        raise ArchiveError(f"{path / MANIFEST} can't be read: {error}.") from error
    return kept


def read_events(path: Path) -> Iterator[Event]:
    """Yield the events of an output folder, recording by recording. Raises ArchiveError."""
    known = {part.name for part in _parts(path, FILES)}
    for part in _parts(path, EVENTS):
        if part.name in known:
            yield from (Event(**row) for row in _read(part))


def read_files(path: Path) -> Iterator[FileRow]:
    """Yield the recordings of an output folder. Raises ArchiveError."""
    for part in _parts(path, FILES):
        yield from (FileRow(**row) for row in _read(part))


def write_whole(path: Path, content: bytes) -> None:
    """Write beside, then rename: nobody ever sees half a file."""
    partial = path.with_name(path.name + _PARTIAL)
    try:
        with open(partial, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            partial.unlink()
        raise


def _check_manifest(path: Path, manifest: dict[str, Any]) -> None:
    if (path / MANIFEST).exists():
        found = differences(read_manifest(path), manifest)
        if found:
            raise ArchiveError(
                f"{path} was made in another way ({'; '.join(found)}). Choose another folder, or "
                "the same model and settings."
            )
        return
    if _parts(path, FILES):
        raise ArchiveError(f"{path} has results, but no {MANIFEST}. Choose another folder.")
    with _writing(path):
        text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        write_whole(path / MANIFEST, text.encode())


def _remove_unfinished(path: Path) -> None:
    with _writing(path):
        for kind in (EVENTS, FILES):
            (path / kind).mkdir(exist_ok=True)
        complete = {part.name for part in _parts(path, FILES)}
        unfinished = [part for part in _parts(path, EVENTS) if part.name not in complete]
        for part in [*unfinished, *path.glob(f"*/*{_PARTIAL}"), *path.glob(f"*{_PARTIAL}")]:
            part.unlink()
        if (path / _FORGET).exists():
            _forget(path, set(json.loads((path / _FORGET).read_text(encoding="utf-8"))))


def _forget(path: Path, names: set[str]) -> None:
    """Remove rows; if that is stopped, the next run does it again, by the list that is left."""
    write_whole(path / _FORGET, json.dumps(sorted(names)).encode())
    for kind in (FILES, EVENTS):
        for part in _parts(path, kind):
            rows = _read(part)
            kept = [row for row in rows if row["file"] not in names]
            if len(kept) < len(rows):
                _write(part, kind, [tuple(row.values()) for row in kept])
    (path / _FORGET).unlink()


def _lock(file: IO[str], path: Path) -> None:
    """Keep others out until the file is closed, also by a kill."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ArchiveError(
            f"Another scan writes to {path}. Wait until it has ended, or choose another folder."
        ) from error
    except OSError:  # a file system without locks
        return


def _parts(path: Path, kind: str) -> list[Path]:
    return sorted((path / kind).glob("part-*.parquet"))


def _schema(kind: str) -> Any:
    import pyarrow

    row = Event if kind == EVENTS else FileRow
    return pyarrow.schema([(one.name, _TYPES[str(one.type)]) for one in fields(row)])


def _write(path: Path, kind: str, rows: Sequence[tuple[Any, ...]]) -> None:
    import pyarrow
    import pyarrow.parquet

    schema = _schema(kind)
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    table = pyarrow.table([list(column) for column in columns], schema=schema)
    out = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, out, compression="zstd")
    write_whole(path, out.getvalue().to_pybytes())


def _read(path: Path, columns: list[str] | None = None) -> list[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        rows: list[dict[str, Any]] = pyarrow.parquet.read_table(path, columns=columns).to_pylist()
    except (OSError, pyarrow.ArrowException) as error:
        raise ArchiveError(f"{path} can't be read: {error}. Remove it to scan it again.") from error
    return rows


@contextlib.contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ArchiveError(
            f"{path} can't be written: {reason}. What was written is complete; scan again with the "
            "same options to go on."
        ) from error

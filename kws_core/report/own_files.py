"""The recordings in what a person uploads: files, and ZIP archives of them, taken with care.

Nothing is written to disk, and no archive is believed: what it says of its sizes is not relied
on, and reading stops at limits on files, on bytes and on time. Each file that is left out is
listed with the reason.
"""

from __future__ import annotations

import io
import stat
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from kws_core.audio.sources import read_bytes
from kws_core.errors import DataError, KwsError, TooLargeError

_MB: Final = 2**20
_ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ENTRY: Final = b"PK\x01\x02"  # in front of each entry of an archive's list
_ARCHIVES: Final = (".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst")
_JUNK: Final = ("thumbs.db", "desktop.ini", "icon\r")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class UploadLimits:
    """How much of a test set is taken.

    upload_bytes: of one upload. entries: listed in an archive, everything counted. files: read.
    file_bytes and total_bytes: of one file and of all, unpacked. seconds: for all of it.
    """

    upload_bytes: int = 50 * _MB
    entries: int = 20_000
    files: int = 2_000
    file_bytes: int = 4 * _MB
    total_bytes: int = 200 * _MB
    seconds: float = 60.0


@dataclass(frozen=True)
class Skipped:
    """A file that was left out, and why; the path comes from outside and is only to be shown."""

    path: str
    reason: str


@dataclass
class Intake:
    """Takes files one by one until a limit is reached; `skipped` grows meanwhile.

    clock: seconds, from any start.
    """

    limits: UploadLimits = field(default_factory=UploadLimits)
    clock: Callable[[], float] = time.monotonic
    skipped: list[Skipped] = field(default_factory=list)
    n_files: int = 0
    n_bytes: int = 0

    def __post_init__(self) -> None:
        self._started = self.clock()

    def skip(self, path: str, reason: str) -> None:
        """Leave a file out."""
        self.skipped.append(Skipped(_shown(path), reason))

    def is_full(self) -> str | None:
        """Say which limit has been reached, if one has."""
        if self.n_files >= self.limits.files:
            return f"more than {self.limits.files:,} files"
        if self.n_bytes >= self.limits.total_bytes:
            return f"more than {self.limits.total_bytes // _MB} MB unpacked"
        return self.is_late()

    def is_late(self) -> str | None:
        """Say that there is no more time, if so."""
        if self.clock() - self._started > self.limits.seconds:
            return f"more than {self.limits.seconds:g} s of work"
        return None

    def take(self, path: str, read: Callable[[int], bytes]) -> bytes | None:
        """Return a file's bytes, read with a limit, or None if it is left out."""
        reason = self.is_full()
        if reason is not None:
            self.skip(path, f"left out: {reason}")
            return None
        room = self.limits.total_bytes - self.n_bytes
        limit = min(self.limits.file_bytes, room)
        try:
            data = read(limit)
        except TooLargeError:
            self.n_bytes += limit  # what was read before that is work done
            what = "all of them" if room < self.limits.file_bytes else "it"
            most = self.limits.total_bytes if room < self.limits.file_bytes else limit
            self.skip(path, f"left out: {what} would be more than {most / _MB:g} MB unpacked")
            return None
        except (KwsError, zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
            self.skip(path, f"can't be unpacked ({_first_line(error)})")
            return None
        self.n_files += 1
        self.n_bytes += len(data)
        return data


def recordings_of(
    uploads: Sequence[tuple[str, bytes]], intake: Intake
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the bytes of each file of some uploads, (name, bytes), unpacked.

    Whether it is a recording is for the decoder to say. Raises DataError for an archive that can't
    be opened or lists too much.
    """
    for name, data in uploads:
        if data.startswith(_ZIP_STARTS):
            yield from _files_in(name, data, intake)
            continue
        reason = _no_recording(name)
        if reason is not None:
            intake.skip(name, reason)
            continue
        taken = intake.take(name, lambda limit, data=data: read_bytes(data, limit))  # type: ignore[misc]
        if taken is not None:
            yield name, taken


def _files_in(name: str, data: bytes, intake: Intake) -> Iterator[tuple[str, bytes]]:
    # Counted before the list is read: a small archive can list hundreds of thousands of files.
    if data.count(_ENTRY) > intake.limits.entries:
        raise DataError(
            f"{_shown(name)} lists more than {intake.limits.entries:,} files. "
            "Upload a smaller archive."
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
        raise DataError(
            f"{_shown(name)} starts like a ZIP archive but can't be opened "
            f"({_first_line(error)}). Make it again, or upload the recordings themselves."
        ) from error
    with archive:
        for entry in archive.infolist():
            if entry.is_dir():
                continue
            reason = _refused(entry)
            if reason is not None:
                intake.skip(entry.filename, reason)
                continue
            taken = intake.take(entry.filename, _reader(archive, entry))
            if taken is None:
                continue
            if taken.startswith(_ZIP_STARTS):
                intake.skip(entry.filename, "an archive in the archive")
                continue
            yield entry.filename, taken


def _reader(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        with archive.open(entry) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise TooLargeError("larger than the limit")
        return data

    return read


def _refused(entry: zipfile.ZipInfo) -> str | None:
    """Say why an entry of an archive is not even opened, if it is not."""
    path = entry.filename.replace("\\", "/")
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or ":" in parts[0]:
        return "its path leads out of the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "a link, not a file"
    reason = _no_recording(path)
    if reason is not None:
        return reason
    if entry.flag_bits & 1:
        return "encrypted: unpack it with its password first"
    if entry.compress_type not in _METHODS:
        return "packed in another way than ZIP's usual one"
    return None


def _no_recording(path: str) -> str | None:
    """Say what a file is, if its name tells that it is no recording."""
    parts = path.replace("\\", "/").split("/")
    name = parts[-1].lower()
    if "__MACOSX" in parts or name.startswith(".") or name in _JUNK:
        return "no recording: put there by the operating system"
    if name.endswith(_ARCHIVES):
        return "an archive in the archive" if len(parts) > 1 else "an archive, but no ZIP"
    return None


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:120]


def _shown(path: str) -> str:
    """Return a path short enough to list, with nothing in it that moves a cursor."""
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in path)
    return visible if len(visible) <= 160 else f"…{visible[-159:]}"

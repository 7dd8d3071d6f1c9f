"""The recordings of an archive: files, folders, lists of them, and addresses through fsspec."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from kws_core.audio.formats import FORMATS
from kws_core.errors import ArchiveError

_ENDINGS: Final = tuple(suffix for known in FORMATS for suffix in known.suffixes)
_ADDRESS: Final = "://"
_READ_BYTES: Final = 2**22


@dataclass(frozen=True)
class Recording:
    """A recording that is to be heard.

    path: absolute, or an address. size: bytes, None where it is not known before it is opened.
    """

    path: str
    size: int | None = None

    @property
    def name(self) -> str:
        """The path as text that any file can keep: names need not be valid UTF-8."""
        return self.path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def find_recordings(paths: Iterable[str]) -> Iterator[Recording]:
    """Yield the recordings in files, folders and addresses, each once, folders by their order.

    In folders, files are taken by their endings; links are followed, but no folder is entered
    twice. Raises ArchiveError for a path that is not there.
    """
    seen: set[str] = set()
    for path in paths:
        for one in _at_address(path) if _ADDRESS in path else _on_disk(path):
            if one.path not in seen:
                seen.add(one.path)
                yield one


def listed(lines: Iterable[str]) -> Iterator[str]:
    """Yield the paths of a list, one a line; empty lines and comments (#) are passed over."""
    for line in lines:
        path = line.strip("\r\n")
        if path.strip() and not path.startswith("#"):
            yield path


def is_there(path: str) -> bool:
    """Say whether a file or folder that was given can still be reached."""
    return _ADDRESS in path or os.path.exists(path)


class Source:
    """An open recording, read piece by piece; its hash is worked out on the way."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self.size = size
        self._file = file
        self._digest = hashlib.sha256()
        self._hashed = 0  # bytes from the beginning

    def read(self, start: int, n_bytes: int) -> bytes:
        """Return the bytes from an offset on, fewer at the end; raises OSError."""
        self._file.seek(start)
        data = _all_of(self._file, n_bytes)
        if start <= self._hashed < start + len(data):
            self._digest.update(memoryview(data)[self._hashed - start :])
            self._hashed = start + len(data)
        return data

    def sha256(self) -> str:
        """Return the hash of the whole file, reading the rest of it."""
        while self._hashed < self.size and self.read(self._hashed, _READ_BYTES):
            pass
        return self._digest.hexdigest()


@contextlib.contextmanager
def opened(path: str) -> Iterator[Source]:
    """Open a recording; raises OSError where it can't be read."""
    if _ADDRESS not in path:
        with open(path, "rb") as file:
            yield Source(file, os.fstat(file.fileno()).st_size)
        return
    system, inside = _file_system(path)
    with _as_os_errors(path):
        size = system.size(inside)
        remote = system.open(inside, "rb")
    with remote:
        if size is None:  # a server that does not say: there is no reading at an offset either
            with _as_os_errors(path):
                data = remote.read()
            yield Source(io.BytesIO(data), len(data))
            return
        yield Source(_Quiet(remote, path), size)  # type: ignore[arg-type]


class _Quiet:
    """A remote file all of whose failures are OSError, as a disk's are."""

    def __init__(self, file: Any, path: str) -> None:
        self._file, self._path = file, path

    def seek(self, offset: int) -> None:
        with _as_os_errors(self._path):
            self._file.seek(offset)

    def read(self, n_bytes: int) -> bytes:
        with _as_os_errors(self._path):
            return bytes(self._file.read(n_bytes))


def _all_of(file: IO[bytes], n_bytes: int) -> bytes:
    data = file.read(n_bytes)
    while len(data) < n_bytes and (more := file.read(n_bytes - len(data))):
        data += more
    return data


@contextlib.contextmanager
def _as_os_errors(path: str) -> Iterator[None]:
    try:
        yield
    except OSError:
        raise
    except Exception as error:  # each kind of storage has its own
        raise OSError(f"{path}: {str(error) or type(error).__name__}") from error


def _on_disk(given: str) -> Iterator[Recording]:
    path = os.path.abspath(given)
    if os.path.isdir(path):
        yield from _in_folder(path)
    elif os.path.exists(path):
        yield Recording(path, os.path.getsize(path))
    else:
        raise ArchiveError(f"There is no file or folder {given}. Check the path.")


def _in_folder(top: str) -> Iterator[Recording]:
    entered: set[tuple[int, int]] = set()
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            about = os.stat(folder)
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if folder == top:
                raise ArchiveError(f"{top} can't be listed: {error.strerror}.") from error
            continue
        if (about.st_dev, about.st_ino) in entered:
            continue
        entered.add((about.st_dev, about.st_ino))
        folders = []
        for entry in entries:
            with contextlib.suppress(OSError):  # a link to nowhere, or to itself
                if entry.is_dir():
                    folders.append(entry.path)
                elif entry.name.lower().endswith(_ENDINGS):
                    yield Recording(entry.path, entry.stat().st_size)
        waiting += reversed(folders)


def _at_address(path: str) -> Iterator[Recording]:
    system, inside = _file_system(path)
    try:
        with _as_os_errors(path):
            is_folder = system.isdir(inside) and not system.isfile(inside)
            found = system.find(inside, detail=True) if is_folder else {}
    except OSError as error:
        raise ArchiveError(f"{path} can't be reached: {error}.") from error
    if not is_folder:
        yield Recording(path)
    for name, about in sorted(found.items()):
        if name.lower().endswith(_ENDINGS):
            yield Recording(system.unstrip_protocol(name), about.get("size"))


def _file_system(path: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        system, inside = url_to_fs(path)
    except (ImportError, ValueError) as error:
        raise ArchiveError(
            f"{path} can't be opened: {error}. Addresses need fsspec (pip install '.[archive]') "
            "and its package for the kind of storage, such as s3fs or gcsfs."
        ) from error
    return system, inside

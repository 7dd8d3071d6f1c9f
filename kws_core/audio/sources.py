"""The bytes of a path, of bytes, or of an open file, with a limit on their number."""

from __future__ import annotations

import os
from typing import IO, BinaryIO

from kws_core.errors import AudioError, TooLargeError

AudioSource = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO

_MB = 2**20


def read_bytes(source: AudioSource, limit: int) -> bytes:
    """All bytes of a path, a bytes-like object or a binary file, at most `limit` of them.

    A seekable file is read from its start and put back where it was. Never reads more than
    limit + 1 bytes. Raises TooLargeError, or AudioError when the source cannot be read.
    """
    if isinstance(source, bytes | bytearray | memoryview):
        size = source.nbytes if isinstance(source, memoryview) else len(source)
        if size > limit:
            raise _too_large(limit)
        return bytes(source)
    try:
        if isinstance(source, str | os.PathLike):
            with open(source, "rb") as file:
                return _read_at_most(file, limit)
        if not hasattr(source, "read"):
            raise AudioError(
                f"Audio is given as a path, as bytes or as an open binary file, "
                f"not as {type(source).__name__}."
            )
        if not _seekable(source):
            return _read_at_most(source, limit)
        position = source.tell()
        source.seek(0)
        try:
            return _read_at_most(source, limit)
        finally:
            source.seek(position)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AudioError(f"The recording could not be opened: {reason}. Check the path.") from error


def _seekable(file: BinaryIO) -> bool:
    return bool(file.seekable()) if hasattr(file, "seekable") else hasattr(file, "seek")


def _read_at_most(file: IO[bytes], limit: int) -> bytes:
    data = bytearray()
    while len(data) <= limit:
        piece: object = file.read(limit + 1 - len(data))
        if isinstance(piece, str):
            raise AudioError('The file is open as text. Open it in binary mode ("rb").')
        if not isinstance(piece, bytes) or not piece:
            return bytes(data)
        data += piece
    raise _too_large(limit)


def _too_large(limit: int) -> TooLargeError:
    return TooLargeError(
        f"The file is larger than {limit / _MB:g} MB. Choose a shorter recording, "
        "or save it as FLAC, OGG or MP3."
    )

"""Archives of recordings for the tests, good ones and bad ones."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

from tests.helpers.audio_files import encode, tone

RATE = 16_000


def recording(frequency: float = 440.0, seconds: float = 0.5) -> bytes:
    """A short WAV file."""
    return encode(tone(frequency, seconds, RATE, 0.3), RATE)


def archive(
    files: Mapping[str, bytes | zipfile.ZipInfo] | list[tuple[str, bytes]],
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A ZIP archive of these files."""
    out = io.BytesIO()
    pairs = files.items() if isinstance(files, Mapping) else files
    with zipfile.ZipFile(out, "w", method) as packed:
        for path, content in pairs:
            packed.writestr(path, content)
    return out.getvalue()


def encrypted(path: str, content: bytes) -> bytes:
    """An archive with one file that says it is encrypted."""
    data = bytearray(archive({path: content}, zipfile.ZIP_STORED))
    data[6] |= 1  # the flags of the file itself
    listed = data.index(b"PK\x01\x02")
    data[listed + 8] |= 1  # and those in the archive's list
    return bytes(data)


def lying_about_size(path: str, content: bytes, claimed: int) -> bytes:
    """An archive whose list says that its one file unpacks to `claimed` bytes."""
    data = bytearray(archive({path: content}))
    listed = data.index(b"PK\x01\x02")
    data[22:26] = data[listed + 24 : listed + 28] = struct.pack("<I", claimed)
    return bytes(data)


def link(path: str, target: str) -> bytes:
    """An archive with one symbolic link."""
    entry = zipfile.ZipInfo(path)
    entry.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(entry, target)
    return out.getvalue()

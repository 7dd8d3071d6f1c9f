"""The process that decodes: `python -m kws_core.audio.worker`, started by `kws_core.audio.pool`.

Decoders are written in C, and a damaged file may crash them, keep them busy for ever or make them
ask for gigabytes. All of that ends here. After its imports the process can open no file and no
connection, and a limit on memory and time holds for each recording.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import math
import pkgutil
import struct
import sys
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from kws_core.audio.clip import decode
from kws_core.audio.decoding import LongRecording, Recording
from kws_core.audio.long import long_pieces
from kws_core.errors import AudioError, DecoderFailedError

CPU_SECONDS: Final = 10  # for one recording
MEMORY_BYTES: Final = 256 * 2**20  # beyond what the process takes at rest
_LENGTHS: Final = struct.Struct("<II")  # of the fields, as JSON, and of the bytes after them

Fields = dict[str, Any]


def write_message(pipe: IO[bytes], fields: Fields, payload: bytes = b"") -> None:
    """Send fields and bytes through a pipe."""
    text = json.dumps(fields).encode()
    pipe.write(_LENGTHS.pack(len(text), len(payload)) + text)
    pipe.write(payload)
    pipe.flush()


def read_message(pipe: IO[bytes]) -> tuple[Fields, bytes]:
    """Receive fields and bytes. Raises EOFError if the other side is gone."""
    n_fields, n_payload = _LENGTHS.unpack(_read(pipe, _LENGTHS.size))
    return json.loads(_read(pipe, n_fields)), _read(pipe, n_payload)


def _read(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError("the other side is gone")
    return data


def main() -> None:
    """Decode one recording after the other, until the pipe is closed."""
    requests, replies = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever prints must not come between the replies
    _import_all()
    _give_up_rights()
    write_message(replies, {})
    with contextlib.suppress(EOFError):
        while True:
            fields, data = read_message(requests)
            _allow_time()
            for answer in _answers(fields, data, requests, replies):
                write_message(replies, *answer)
                _allow_time()


def _import_all() -> None:
    """Import what decoding imports as it goes: later, no file can be opened."""
    import av

    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    one = np.sin(np.arange(8_000) * 0.1) * 8_000
    stereo = io.BytesIO()
    with wave.open(stereo, "wb") as file:
        file.setparams((2, 2, 8_000, 0, "NONE", ""))
        file.writeframes(np.stack([one + 8_000, -one], axis=1).astype("<i2").tobytes())
    decode(stereo.getvalue())


def _answers(
    fields: Fields, data: bytes, requests: IO[bytes], replies: IO[bytes]
) -> Iterator[tuple[Fields, bytes]]:
    try:
        if "size" in fields:
            yield from _pieces(fields, data, requests, replies)
        else:
            clip = decode(data, **fields)
            kept = ("source_rate", "channels", "notes", "gain_db")
            yield {name: getattr(clip, name) for name in kept}, clip.samples.tobytes()
    except AudioError as error:
        yield {"error": type(error).__name__, "message": str(error)}, b""
    except MemoryError:
        message = (
            "Decoding this file takes too much memory. Save it as WAV or FLAC, "
            "with one or two channels."
        )
        yield {"error": DecoderFailedError.__name__, "message": message}, b""


def _pieces(
    fields: Fields, data: bytes, requests: IO[bytes], replies: IO[bytes]
) -> Iterator[tuple[Fields, bytes]]:
    """Decode a long recording; without its data, the other side is asked for what comes next."""

    def read(start: int, n_bytes: int) -> bytes:
        write_message(replies, {"read": [start, n_bytes]})
        return read_message(requests)[1]

    recording = Recording(data) if data else LongRecording(read, fields["size"])
    for piece in long_pieces(recording.blocks(), fields["channels"]):
        about = {"rate": piece.rate, "channels": piece.channels, "shape": piece.samples.shape}
        yield about, piece.samples.tobytes()
        read_message(requests)  # the next piece is asked for
    yield {"end": True}, b""


def _give_up_rights() -> None:
    """Take away what decoding does not need, as far as the system allows it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    limits = {resource.RLIMIT_CORE: 0, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_NOFILE: 0}
    with contextlib.suppress(OSError):  # where there is no /proc
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + MEMORY_BYTES
    for limit, most in limits.items():
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(limit, (most, most))


def _allow_time() -> None:
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with contextlib.suppress(OSError, ValueError):
        until = math.ceil(time.process_time()) + CPU_SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


if __name__ == "__main__":
    main()

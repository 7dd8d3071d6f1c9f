"""From the bytes of a sound file to blocks of samples, never the whole file at once.

WAV is read here, since its headers are so often wrong; FFmpeg's libraries (PyAV, no binary) read
the rest. Whatever a header says of the length, decoding goes on to the end of the bytes: through
changes of rate and of channels, and through files that were joined.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from kws_core.audio.container import (
    BLOCK_SAMPLES,
    Block,
    claimed_seconds,
    decoded,
    opened,
    without_padding,
)
from kws_core.audio.formats import MP4, MP4_BEGINS, WAV, identify
from kws_core.audio.joined import files_in
from kws_core.audio.wav import Wav, read_wav
from kws_core.errors import AudioError

_HEAD_BYTES: Final = 2**22  # in which the format of a large file is looked for
_READ_BYTES: Final = 2**18  # of a large file at once
_MOST_TRACKS: Final = 8


class Recording:
    """A recording in the bytes of a file.

    name: of its format, for people. tracks: how many there are, one of which is to be chosen.
    seconds: what its headers claim, None if they claim nothing that can be relied on.

    Raises NotAudioError or TruncatedAudioError.
    """

    def __init__(self, data: bytes) -> None:
        self._kind, start = kind, _ = identify(data)
        self.name = kind.name
        # Boxes may have been put in front, which the places in the file do not count.
        in_front = kind is MP4 and data[start + 4 : start + 8] != b"ftyp"
        begins = MP4_BEGINS.search(data, start) if in_front else None
        if begins and _frames_in(data[begins.start() :]) > _frames_in(data[start:]):
            start = begins.start()
        data = data[start:] if start else data
        self._parts: Sequence[Wav | bytes] = read_wav(data) if kind is WAV else files_in(data, kind)
        self.tracks = 1
        self.left_out = 0  # of joined files, after blocks() is done
        self.seconds: float | None = None
        if isinstance(first := self._parts[0], bytes):
            with opened(first, kind) as track:
                self.tracks = min(len(track.container.streams.audio), _MOST_TRACKS)
                if len(self._parts) == 1:
                    self.seconds = claimed_seconds(track, first)
        elif len(self._parts) == 1:
            self.seconds = first.seconds

    def blocks(self, track: int = 0) -> Iterator[Block]:
        """Yield the samples of one track. What cannot be decoded is left out, as players do."""
        for number, part in enumerate(self._parts):
            if isinstance(part, bytes):
                try:
                    yield from decoded(part, self._kind, track)
                except AudioError:
                    if not number:
                        raise
                    self.left_out += 1
            elif part.is_plain:
                for samples in part.samples(BLOCK_SAMPLES):
                    yield Block(part.rate, samples)
            else:
                yield from without_padding(decoded(part.as_file(), WAV, track), part.n_frames)


class LongRecording:
    """A recording too large for memory, of which only what is decoded next is read.

    read: returns the bytes of the file from an offset on, as many as asked for, fewer at its end.
    size: of the file, bytes. Without the repairs that `Recording` makes: of joined files the first
    is taken, and of several tracks. Raises NotAudioError or TruncatedAudioError.
    """

    def __init__(self, read: Callable[[int, int], bytes], size: int) -> None:
        self._kind, start = identify(read(0, _HEAD_BYTES))
        file = _Part(read, start, size)
        self._file: Any = io.BufferedReader(file, buffer_size=_READ_BYTES)

    def blocks(self) -> Iterator[Block]:
        """Yield the samples of the first track. What cannot be decoded is left out."""
        yield from decoded(self._file, self._kind)


class _Part(io.RawIOBase):
    """A file from an offset on."""

    def __init__(self, read: Callable[[int, int], bytes], start: int, size: int) -> None:
        self._read, self._start, self._size = read, start, size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = (0, self._position, self._size - self._start)[whence]
        self._position = max(base + offset, 0)
        return self._position

    def readinto(self, buffer: Any) -> int:
        data = self._read(self._start + self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def _frames_in(data: bytes) -> int:
    try:
        return sum(len(block.samples) for block in decoded(data, MP4))
    except AudioError:
        return 0

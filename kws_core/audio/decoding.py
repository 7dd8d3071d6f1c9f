"""From the bytes of a sound file to blocks of samples, never the whole file at once.

libsndfile reads WAV, FLAC, Ogg and MP3; PyAV (FFmpeg's libraries, no binary) reads M4A, AAC and
WebM, and what libsndfile gives up on. Blocks bound the memory whatever a header claims.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.audio.containers import Container
from kws_core.errors import NotAudioError

Block = npt.NDArray[np.float32]

_BLOCK_SAMPLES = 2**18  # over all channels: 1 MB


class UndecodableError(Exception):
    """One decoder gave up; another may not."""


@dataclass
class Stream:
    """An open recording: its rate (Hz), channels, seconds it claims, and the blocks to come.

    A block is float32 of shape (frames, channels), full scale at 1.
    """

    sample_rate: int
    channels: int
    seconds: float | None
    blocks: Iterator[Block]


class _Bytes(io.BytesIO):
    """Bytes in which a damaged header may ask for a place before the start, and is not moved."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        try:
            return super().seek(offset, whence)
        except ValueError:
            return self.tell()


@contextmanager
def open_soundfile(data: bytes, container: Container) -> Iterator[Stream]:
    """Read `data` with libsndfile. Raises UndecodableError, also from the blocks."""
    import soundfile

    try:
        file = soundfile.SoundFile(_Bytes(data))
    except (soundfile.SoundFileError, ValueError) as error:
        raise UndecodableError(str(error)) from error
    seconds = container.seconds
    # Without its index of frames, the length of an MP3 is a guess from the first frame.
    if container.name == "MP3" and (b"Xing" in data[:4096] or b"Info" in data[:4096]):
        seconds = file.frames / file.samplerate

    def blocks() -> Iterator[Block]:
        frames = max(1, _BLOCK_SAMPLES // file.channels)
        while True:
            try:
                block: Block = file.read(frames, dtype="float32", always_2d=True)
            except (soundfile.SoundFileError, ValueError) as error:
                raise UndecodableError(str(error)) from error
            if not len(block):
                return
            yield block

    with file:
        yield Stream(file.samplerate, file.channels, seconds, blocks())


@contextmanager
def open_av(data: bytes, container: Container) -> Iterator[Stream]:
    """Read the first sound track of `data` with PyAV.

    Packets that cannot be decoded are left out, as players do. Raises UndecodableError when nothing
    can be read, NotAudioError when there is no sound track or no decoder for it.
    """
    import av

    try:
        media: Any = av.open(io.BytesIO(data), format=container.demuxer, metadata_errors="ignore")
    except (av.FFmpegError, ValueError) as error:
        raise UndecodableError(str(error)) from error
    with media:
        track: Any = next(iter(media.streams.audio), None)
        if track is None:
            raise NotAudioError(
                f"The {container.name} file has no sound track. Choose a recording with sound."
            )
        if track.codec_context is None:
            raise NotAudioError(
                f"The sound in this {container.name} file is in a coding we cannot read. "
                "Save it as WAV, FLAC, OGG, MP3 or AAC."
            )
        seconds = container.seconds
        # Elsewhere FFmpeg estimates the length from the bit rate.
        if container.demuxer in ("mp4", "matroska"):
            if track.duration:
                seconds = float(track.duration * track.time_base)
            elif media.duration:
                seconds = media.duration / av.time_base
        frames = _frames(media, track)
        first = next(frames, None)
        if first is None:
            raise UndecodableError("no packet could be decoded")

        def blocks() -> Iterator[Block]:
            frame = first
            # A track that changes its rate midway ends there: its clock is no longer known.
            while frame is not None and frame.sample_rate == first.sample_rate:
                yield _samples(frame)
                frame = next(frames, None)

        yield Stream(first.sample_rate, first.layout.nb_channels, seconds, blocks())


def _frames(media: Any, track: Any) -> Iterator[Any]:
    import av

    try:
        for packet in media.demux(track):
            try:
                yield from packet.decode()
            except (av.FFmpegError, ValueError):
                continue
    except (av.FFmpegError, ValueError):
        return


def _samples(frame: Any) -> Block:
    """A PyAV frame as float32 of shape (frames, channels), full scale at 1."""
    array: npt.NDArray[Any] = frame.to_ndarray()
    channels = frame.layout.nb_channels
    # Planar frames come as (channels, frames), packed ones as (1, frames x channels).
    block = array.T if frame.format.is_planar else array.reshape(-1, channels)
    if block.dtype == np.uint8:
        return ((block.astype(np.float32) - 128) / 128).astype(np.float32)
    scale = 2.0 ** (8 * block.dtype.itemsize - 1) if block.dtype.kind == "i" else 1.0
    return (block / scale).astype(np.float32)

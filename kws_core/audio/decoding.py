"""From the bytes of a sound file to blocks of samples, never the whole file at once.

WAV is read here, since its headers are so often wrong; FFmpeg's libraries (PyAV, no binary) read
the rest. Whatever a header says of the length, decoding goes on to the end of the bytes: through
changes of rate and of channels, and through files that were joined.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.formats import MP3, MP4, MP4_BEGINS, OGG, WAV, WHITELIST, Format, identify
from kws_core.audio.joined import files_in
from kws_core.audio.wav import Wav, read_wav
from kws_core.errors import AudioError, NotAudioError, TruncatedAudioError

Samples = npt.NDArray[np.float32]

_BLOCK_SAMPLES: Final = 2**18  # over all channels: 1 MB
_HEAD_BYTES: Final = 2**22  # in which the format of a large file is looked for
_READ_BYTES: Final = 2**18  # of a large file at once
_MOST_TRACKS: Final = 8
_MOST_PLANES: Final = 8  # PyAV crashes where it turns more of them into an array
_MOST_FAULTS: Final = 200  # in a container, after each of which reading goes on
# Otherwise the first frame has the rate of the last one that was looked at.
_LOOK_BRIEFLY: Final = {"analyzeduration": "1"}
_LONGEST_PADDING: Final = 4096  # samples, in the last frames of a codec
_BETTER_DECODERS: Final = {"amrnb": "libopencore_amrnb", "amrwb": "libopencore_amrwb"}
# Formats whose lengths FFmpeg reads; elsewhere it estimates them from the bit rate.
_TELLS_LENGTH: Final = ("mov", "matroska", "flac", "w64", "aiff", "caf", "au", "wv", "tta", "ape")


@dataclass(frozen=True)
class Block:
    """Samples (frames, channels), float32 with full scale at 1, at rate Hz."""

    rate: int
    samples: Samples


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
            with _open(first, kind, 0) as opened:
                self.tracks = min(len(opened.media.streams.audio), _MOST_TRACKS)
                if len(self._parts) == 1:
                    self.seconds = _claimed_seconds(opened, first)
        elif len(self._parts) == 1:
            self.seconds = first.seconds

    def blocks(self, track: int = 0) -> Iterator[Block]:
        """Yield the samples of one track. What cannot be decoded is left out, as players do."""
        for number, part in enumerate(self._parts):
            if isinstance(part, bytes):
                try:
                    yield from _decoded(part, self._kind, track)
                except AudioError:
                    if not number:
                        raise
                    self.left_out += 1
            elif part.is_plain:
                for samples in part.samples(_BLOCK_SAMPLES):
                    yield Block(part.rate, samples)
            else:
                yield from _without_padding(_decoded(part.as_file(), WAV, track), part.n_frames)


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
        yield from _decoded(self._file, self._kind, 0)


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


@dataclass
class _Opened:
    media: Any
    track: Any

    def __enter__(self) -> _Opened:
        return self

    def __exit__(self, *exception: object) -> None:
        self.media.close()


def _open(source: bytes | BinaryIO, kind: Format, track: int) -> _Opened:
    import av

    try:
        media: Any = av.open(
            io.BytesIO(source) if isinstance(source, bytes) else source,
            format=kind.demuxer,
            options={"format_whitelist": WHITELIST} | (_LOOK_BRIEFLY if kind.is_raw else {}),
            metadata_errors="ignore",
        )
    except (av.FFmpegError, ValueError) as error:
        raise TruncatedAudioError(
            f"The file starts like {kind.name} but ends early or is damaged: no sound could be "
            "read. Upload or record it again."
        ) from error
    tracks = media.streams.audio
    if not tracks:
        media.close()
        raise NotAudioError(
            f"The {kind.name} file has no sound track. Choose a recording with sound."
        )
    chosen = tracks[min(track, len(tracks) - 1)]
    if chosen.codec_context is None:
        media.close()
        raise NotAudioError(
            f"The sound in this {kind.name} file is in a coding we cannot read. "
            "Save it as WAV, FLAC, OGG, MP3 or AAC."
        )
    return _Opened(media, chosen)


def _frames_in(data: bytes) -> int:
    try:
        return sum(len(block.samples) for block in _decoded(data, MP4, 0))
    except AudioError:
        return 0


def _claimed_seconds(opened: _Opened, data: bytes) -> float | None:
    import av

    media, track = opened.media, opened.track
    # Without its index of frames, the length of an MP3 is a guess from the first frame.
    has_index = b"Xing" in data[:4096] or b"Info" in data[:4096]
    name = media.format.name.partition(",")[0]
    if name not in _TELLS_LENGTH and not (name == MP3.demuxer and has_index):
        return None
    if track.duration:
        return float(track.duration * track.time_base)
    return media.duration / av.time_base if media.duration else None


def _decoded(source: bytes | BinaryIO, kind: Format, track: int) -> Iterator[Block]:
    with _open(source, kind, track) as opened:
        blocks = _blocks(_frames(opened))
        n_frames = _frames_by_container(opened) if kind in (MP4, OGG) else None
        yield from _without_padding(blocks, n_frames)


def _frames(opened: _Opened) -> Iterator[Any]:
    import av

    track, faults = opened.track, 0
    decoder: Any = track.codec_context
    if decoder.name in _BETTER_DECODERS:
        better: Any = av.CodecContext.create(_BETTER_DECODERS[decoder.name], "r")
        better.sample_rate, better.layout = decoder.sample_rate, "mono"
        decoder = better
    while faults < _MOST_FAULTS:
        try:
            for packet in opened.media.demux(track):
                try:
                    yield from decoder.decode(packet if packet.size else None)
                except (av.FFmpegError, ValueError):
                    continue
            return
        except (av.FFmpegError, ValueError, IndexError):
            faults += 1


def _blocks(frames: Iterator[Any]) -> Iterator[Block]:
    """Put frames of one rate and layout together, as float32."""
    import av

    setup: tuple[str, str, int] | None = None
    to_float: Any = None
    kept: list[Samples] = []
    held = 0
    for frame in frames:
        now = frame.format.name, frame.layout.name, frame.sample_rate
        if kept and (now != setup or held >= _BLOCK_SAMPLES):
            yield Block(setup[2] if setup else frame.sample_rate, np.concatenate(kept))
            kept, held = [], 0
        if now != setup:
            setup, to_float = now, av.AudioResampler(format="flt")
        channels = frame.layout.nb_channels
        held += frame.samples * channels
        if frame.format.name == "fltp" and channels <= _MOST_PLANES:
            kept.append(frame.to_ndarray().T)
        else:
            frame.pts = None
            with suppress(av.FFmpegError, ValueError):
                kept += [p.to_ndarray().reshape(-1, channels) for p in to_float.resample(frame)]
    if kept and setup:
        yield Block(setup[2], np.concatenate(kept))


def _frames_by_container(opened: _Opened) -> int:
    track = opened.track
    return round(track.duration * track.time_base * track.sample_rate) if track.duration else 0


def _without_padding(blocks: Iterator[Block], n_frames: int | None) -> Iterator[Block]:
    """Cut the end of the last frame of a codec, which the file counts as no part of the sound."""
    taken = 0
    for block in blocks:
        taken += len(block.samples)
        over = taken - n_frames if n_frames else 0
        if 0 < over <= _LONGEST_PADDING:
            block = Block(block.rate, block.samples[: max(len(block.samples) - over, 0)])
        yield block

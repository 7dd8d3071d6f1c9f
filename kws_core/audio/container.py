"""A file as FFmpeg's libraries read it (PyAV, no binary): a track, its length and its samples."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.formats import MP3, MP4, OGG, WHITELIST, Format
from kws_core.errors import NotAudioError, TruncatedAudioError

Samples = npt.NDArray[np.float32]

BLOCK_SAMPLES: Final = 2**18  # over all channels: 1 MB
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


@contextmanager
def opened(source: bytes | BinaryIO, kind: Format, track: int = 0) -> Iterator[Any]:
    """Yield a track of a file; raises NotAudioError or TruncatedAudioError if there is none."""
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
    with media:
        tracks = media.streams.audio
        if not tracks:
            raise NotAudioError(
                f"The {kind.name} file has no sound track. Choose a recording with sound."
            )
        chosen = tracks[min(track, len(tracks) - 1)]
        if chosen.codec_context is None:
            raise NotAudioError(
                f"The sound in this {kind.name} file is in a coding we cannot read. "
                "Save it as WAV, FLAC, OGG, MP3 or AAC."
            )
        yield chosen


def claimed_seconds(track: Any, data: bytes) -> float | None:
    """Return what a file says of the length of a track; None where it can't be relied on."""
    import av

    media = track.container
    # Without its index of frames, the length of an MP3 is a guess from the first frame.
    has_index = b"Xing" in data[:4096] or b"Info" in data[:4096]
    name = media.format.name.partition(",")[0]
    if name not in _TELLS_LENGTH and not (name == MP3.demuxer and has_index):
        return None
    if track.duration:
        return float(track.duration * track.time_base)
    return media.duration / av.time_base if media.duration else None


def decoded(source: bytes | BinaryIO, kind: Format, track: int = 0) -> Iterator[Block]:
    """Yield the samples of a track, as far as they can be decoded; raises as `opened` does."""
    with opened(source, kind, track) as chosen:
        blocks, n_frames = _blocks(_frames(chosen)), None
        if kind in (MP4, OGG) and chosen.duration:
            n_frames = round(chosen.duration * chosen.time_base * chosen.sample_rate)
        yield from without_padding(blocks, n_frames)


def _frames(track: Any) -> Iterator[Any]:
    import av

    faults = 0
    decoder: Any = track.codec_context
    if decoder.name in _BETTER_DECODERS:
        better: Any = av.CodecContext.create(_BETTER_DECODERS[decoder.name], "r")
        better.sample_rate, better.layout = decoder.sample_rate, "mono"
        decoder = better
    while faults < _MOST_FAULTS:
        try:
            for packet in track.container.demux(track):
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
        if kept and (now != setup or held >= BLOCK_SAMPLES):
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


def without_padding(blocks: Iterator[Block], n_frames: int | None) -> Iterator[Block]:
    """Cut the end of the last frame of a codec, which the file counts as no part of the sound."""
    taken = 0
    for block in blocks:
        taken += len(block.samples)
        over = taken - n_frames if n_frames else 0
        if 0 < over <= _LONGEST_PADDING:
            block = Block(block.rate, block.samples[: max(len(block.samples) - over, 0)])
        yield block

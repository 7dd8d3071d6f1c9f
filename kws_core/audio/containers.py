"""Which sound container some bytes are, told from the bytes alone.

Names and MIME types lie, and letting a decoder guess is unsafe: FFmpeg's own guessing accepts
playlists, which can name other files and addresses. So only the containers below are ever
handed to a decoder, each under its own name.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

from kws_core.errors import NotAudioError, TruncatedAudioError


@dataclass(frozen=True)
class Container:
    """A recognised container and what its header says.

    name: for people. demuxer: FFmpeg's name for it. soundfile: whether libsndfile reads it.
    start: offset in bytes of the container in the data. rate (Hz) and seconds: what the header
    claims, None where it claims nothing that can be relied on.
    """

    name: str
    demuxer: str
    soundfile: bool
    start: int = 0
    rate: int | None = None
    seconds: float | None = None


_WAV = Container("WAV", "wav", soundfile=True)
_FLAC = Container("FLAC", "flac", soundfile=True)
_MP3 = Container("MP3", "mp3", soundfile=True)
_AAC = Container("AAC", "aac", soundfile=False)
_MP4 = Container("M4A/MP4", "mp4", soundfile=False)
_BY_FIRST_BYTES = {
    b"fLaC": _FLAC,
    b"OggS": Container("Ogg", "ogg", soundfile=True),
    b"RF64": Container("WAV", "wav", soundfile=True),
    b"caff": Container("CAF", "caf", soundfile=True),
    b"\x1aE\xdf\xa3": Container("WebM", "matroska", soundfile=False),
}
_MP4_BOXES = (b"ftyp", b"moov", b"mdat", b"wide")
_OTHER_THINGS = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
)
# Recorders that cannot go back to fill in the length leave one of the largest 32-bit values.
_LENGTH_UNKNOWN = 0x7FFF_F000
_PCM_TAGS = (0x0001, 0x0003, 0xFFFE)


def identify(data: bytes) -> Container:
    """The container that `data` (a whole file) starts with.

    Raises NotAudioError for anything else, TruncatedAudioError when the header itself is cut.
    """
    start = _id3_length(data)
    if start and start >= len(data):
        raise TruncatedAudioError(
            "The file ends inside its title tag, before any sound. Upload or record it again."
        )
    found = _by_signature(data[start : start + 16])
    if found is _WAV:
        rate, seconds = _wav_header(data[start:])
        return replace(_WAV, start=start, rate=rate, seconds=seconds)
    if found is _FLAC:
        rate, seconds = _flac_header(data[start:])
        return replace(_FLAC, start=start, rate=rate, seconds=seconds)
    if found is not None:
        return replace(found, start=start)
    if len(data) < 12 and data[:4] in (b"RIFF", b"FORM"):
        raise TruncatedAudioError(
            f"The file ends after {len(data)} bytes, inside its header. Upload or record it again."
        )
    raise NotAudioError(
        f"This is {_guess(data)}, not a sound file we can read. "
        "Choose a WAV, FLAC, OGG, Opus, MP3, M4A or WebM recording."
    )


def _by_signature(head: bytes) -> Container | None:
    if head[:4] in _BY_FIRST_BYTES:
        return _BY_FIRST_BYTES[head[:4]]
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return _WAV
    if head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC"):
        return Container("AIFF", "aiff", soundfile=True)
    if head[4:8] in _MP4_BOXES:
        return _MP4
    if len(head) >= 4 and head[0] == 0xFF:
        if head[1] & 0xF6 == 0xF0:
            return _AAC
        version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
        bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
        if head[1] & 0xE0 == 0xE0 and version != 1 and layer and bitrate != 15 and rate != 3:
            return _MP3
    return None


def _id3_length(data: bytes) -> int:
    """Bytes of ID3v2 tag in front of the sound; cover pictures make it long."""
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size


def _wav_header(data: bytes) -> tuple[int | None, float | None]:
    """Sample rate and seconds that a WAV header claims."""
    rate: int | None = None
    frame_bytes = 0
    position = 12
    while position + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, position)
        if name == b"fmt " and position + 24 <= len(data):
            tag, _, rate, _, frame_bytes = struct.unpack_from("<HHIIH", data, position + 8)
            if tag not in _PCM_TAGS:
                frame_bytes = 0
        if name == b"data":
            if rate and frame_bytes and size < _LENGTH_UNKNOWN:
                return rate, size / frame_bytes / rate
            break
        position += 8 + size + size % 2
    return rate, None


def _flac_header(data: bytes) -> tuple[int | None, float | None]:
    """Sample rate and seconds in FLAC's STREAMINFO; a count of 0 means unknown."""
    if len(data) < 26:
        return None, None
    packed = int.from_bytes(data[18:26], "big")
    rate, frames = packed >> 44, packed & (1 << 36) - 1
    return rate, frames / rate if rate and frames else None


def _guess(data: bytes) -> str:
    for signature, thing in _OTHER_THINGS:
        if data.startswith(signature):
            return thing
    if data[:4] == b"RIFF":
        return {b"AVI ": "an AVI film", b"WEBP": "a WebP picture"}.get(data[8:12], "a RIFF file")
    # "replace": the 512 bytes may end in the middle of a character.
    text = data[:512].decode("utf-8", errors="replace")
    readable = sum(c.isprintable() or c.isspace() for c in text) - text.count("\ufffd")
    return "text" if readable > 0.95 * len(text) else "some other kind of file"

"""Which sound format some bytes are, from the bytes alone: names and MIME types lie.

Only the formats below reach a decoder. FFmpeg would guess by itself, but its guesses include
playlists, which name other files and addresses.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kws_core.errors import NotAudioError, TruncatedAudioError


@dataclass(frozen=True)
class Format:
    """A file format.

    name: for people. demuxer: FFmpeg's name for it. magic: the bytes it starts with, as a regular
    expression. suffixes: of file names. is_raw: frames without a header, so that its magic is
    short, and chance finds it anywhere.
    """

    name: str
    demuxer: str
    magic: re.Pattern[bytes]
    suffixes: tuple[str, ...]
    is_raw: bool = False


def _format(name: str, demuxer: str, magic: bytes, suffixes: str, is_raw: bool = False) -> Format:
    return Format(name, demuxer, re.compile(magic, re.DOTALL), tuple(suffixes.split()), is_raw)


_MP3_FRAME = rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff][\x10-\xef]"
WAV: Final = _format("WAV", "wav", rb"(?:RIFF|RIFX|RF64|BW64).{4}WAVE", ".wav .wave .bwf")
OGG: Final = _format("Ogg", "ogg", rb"OggS\0", ".ogg .oga .opus .spx")
MP4: Final = _format(
    "M4A/MP4", "mov", rb"[\0\1].{3}(?:ftyp|moov|mdat|wide|free|skip|uuid|pnot)",
    ".m4a .mp4 .m4b .mov .3gp .3g2",
)  # fmt: skip
MP3: Final = _format("MP3", "mp3", _MP3_FRAME, ".mp3 .mp2", is_raw=True)
AAC: Final = _format("AAC", "aac", rb"\xff[\xf0\xf1\xf8\xf9]", ".aac", is_raw=True)
MPEG_TS: Final = _format(
    "MPEG-TS", "mpegts", rb"(?:.{4})?G.{187}(?:.{4})?G", ".ts .mts .m2ts", is_raw=True
)
_TS_PACKETS: Final = re.compile(rb"G.{187}G.{187}G.{187}G", re.DOTALL)
MP4_BEGINS: Final = re.compile(rb"\0\0.{2}ftyp", re.DOTALL)
FORMATS: Final = (
    WAV,
    _format("Wave64", "w64", rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb", ".w64"),
    _format("FLAC", "flac", rb"fLaC[\0\x80]\0\0\x22", ".flac"),
    OGG,
    MP4,
    _format(
        "WebM/Matroska", "matroska", rb"\x1aE\xdf\xa3.{1,60}?(?:webm|matroska)", ".webm .mkv .mka"
    ),
    _format("AIFF", "aiff", rb"FORM.{4}AIF[FC]", ".aiff .aif .aifc"),
    _format("CAF", "caf", rb"caff\0\x01", ".caf"),
    _format("AU", "au", rb"\.snd\0\0", ".au .snd"),
    _format("AMR", "amr", rb"#!AMR(?:-WB)?\n", ".amr .awb"),
    _format("WMA/ASF", "asf", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11", ".wma .asf .wmv"),
    _format("WavPack", "wv", rb"wvpk.{5}[\0\x04]", ".wv"),
    _format("TTA", "tta", rb"TTA1[\1\3]\0", ".tta"),
    _format("Monkey's Audio", "ape", rb"MAC \x80?[^ -~]", ".ape"),
    _format("AVI", "avi", rb"RIFF.{4}AVI ", ".avi"),
    _format("FLV", "flv", rb"FLV\x01", ".flv"),
    _format("VOC", "voc", rb"Creative Voice File\x1a", ".voc"),
    _format("SPHERE", "nistsphere", rb"NIST_1A\r?\n", ".sph .nist"),
    _format("Real", "rm", rb"\.RMF\0|\.ra\xfd", ".rm .ra"),
    _format("MPEG-PS", "mpeg", rb"\0\0\x01\xba", ".mpg .mpeg .vob"),
    MPEG_TS,
    _format("AC-3", "ac3", rb"\x0b\x77.{3}[\0-\x57]", ".ac3", is_raw=True),
    _format("E-AC-3", "eac3", rb"\x0b\x77.{3}[\x58-\x87]", ".eac3 .ec3", is_raw=True),
    MP3,
    AAC,
)
WHITELIST: Final = ",".join(known.demuxer for known in FORMATS)
SUFFIXES: Final = tuple(suffix for known in FORMATS for suffix in known.suffixes)

_OTHER_THINGS: Final = (
    (rb"\x89PNG", "a PNG picture"),
    (rb"\xff\xd8\xff", "a JPEG picture"),
    (rb"GIF8", "a GIF picture"),
    (rb"RIFF.{4}WEBP", "a WebP picture"),
    (rb".{4}ftyp(?:hei|mif|avi[fs])", "a HEIF or AVIF picture"),
    (rb"%PDF", "a PDF document"),
    (rb"PK\x03\x04", "a ZIP archive"),
    (rb"Rar!", "a RAR archive"),
    (rb"7z\xbc\xaf", "a 7z archive"),
    (rb"\x1f\x8b", "a gzip archive"),
    (rb"MThd", "a MIDI file, which holds notes and no sound"),
    (rb"MP\+|MPCK", "a Musepack file"),
    (rb"DSD |FRM8", "a DSD file"),
    (rb"\x02?#!SILK", "a SILK voice message"),
    (rb"\x7f\xfe\x80\x01", "a DTS file"),
    (rb"ajkg", "a Shorten file"),
    (rb"\x7fELF|MZ", "a program"),
    (rb"SQLite format 3", "a database"),
    (rb"RIFF", "a RIFF file"),
)
_SEARCHED: Final = 2**18  # bytes in which a beginning is looked for
_RAW_FRAMES: Final = 3


def identify(data: bytes) -> tuple[Format, int]:
    """The format of `data` (a whole file), and the offset in bytes at which it starts.

    Raises NotAudioError for anything else, TruncatedAudioError when the header itself is cut.
    """
    start = _after_tags(data)
    other = _other_thing(data)
    for known in FORMATS if other is None else ():
        is_here = known.magic.match(data, start)
        if is_here and (known not in (MP3, AAC) or _raw(data, start, alone=True)):
            return known, start
    if len(data) < 12 and data[:4] in (b"RIFF", b"RIFX", b"RF64", b"FORM"):
        raise TruncatedAudioError(
            f"The file ends after {len(data)} bytes, inside its header. Upload or record it again."
        )
    found = _behind_junk(data, start) if other is None else None
    if found is None and start >= len(data) > 0:
        raise TruncatedAudioError(
            "The file ends inside its title tag, before any sound. Upload or record it again."
        )
    if found is None:
        raise NotAudioError(
            f"This is {other or _plain_text(data)}, not a sound file we can read. "
            "Choose a WAV, FLAC, OGG, Opus, MP3, M4A or WebM recording."
        )
    return found


def _behind_junk(data: bytes, start: int) -> tuple[Format, int] | None:
    """The first format whose beginning is found further on."""
    found = []
    for known in FORMATS:
        if not known.is_raw and known is not MP4:
            match = known.magic.search(data, start, start + _SEARCHED)
            if match:
                found.append((match.start(), known))
    if box := MP4_BEGINS.search(data, start, start + _SEARCHED):
        found.append((box.start(), MP4))
    if found:
        at, known = min(found, key=lambda one: one[0])
        return known, at
    if packets := _TS_PACKETS.search(data, start, start + _SEARCHED):
        return MPEG_TS, packets.start()
    for place in re.compile(rb"\xff[\xe0-\xff]").finditer(data, start, start + _SEARCHED):
        raw = _raw(data, place.start())
        if raw is not None:
            return raw, place.start()
    return _behind_junk(data, 10) if start > 10 else None


def _raw(data: bytes, at: int, alone: bool = False) -> Format | None:
    """MP3 or AAC, if frames of it follow one another from an offset on, or (alone) to the end."""
    for known, frame_bytes in ((MP3, _mp3_frame_bytes), (AAC, _aac_frame_bytes)):
        end, frames = at, 0
        while frames < _RAW_FRAMES and (size := frame_bytes(data[end : end + 7])):
            end, frames = end + size, frames + 1
        if frames == _RAW_FRAMES or (alone and frames and end >= len(data)):
            return known
    return None


_MP3_KBPS: Final = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}


def _mp3_frame_bytes(head: bytes) -> int:
    """Length of the MPEG audio frame with this header; 0 if it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] < 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, 4 - (head[1] >> 1 & 3)
    bitrate, rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer == 4 or bitrate in (0, 15) or rate == 3:
        return 0
    is_low = version != 3
    hertz = (44_100, 48_000, 32_000)[rate] >> (0, 1, 2)[(3, 2, 0).index(version)]
    bits = 1000 * _MP3_KBPS[2 if is_low else 1, layer][bitrate - 1]
    if layer == 1:
        return (12 * bits // hertz + padding) * 4
    return (72 if is_low and layer == 3 else 144) * bits // hertz + padding


def _aac_frame_bytes(head: bytes) -> int:
    """Length of the ADTS frame with this header; 0 if it is none."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or head[2] >> 2 & 15 > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > 7 else 0


def _after_tags(data: bytes) -> int:
    """Bytes of ID3v2 tags in front of the sound; cover pictures make them long."""
    start = 0
    while data[start : start + 3] == b"ID3" and len(data) >= start + 10:
        size = 0
        for byte in data[start + 6 : start + 10]:
            size = size << 7 | byte & 0x7F
        start += 10 + size
    return start


def _other_thing(data: bytes) -> str | None:
    if any(known.magic.match(data) for known in FORMATS if not known.is_raw and known is not MP4):
        return None
    for magic, thing in _OTHER_THINGS:
        if re.compile(magic, re.DOTALL).match(data) and len(data) >= 12:
            return thing
    return None


def _plain_text(data: bytes) -> str:
    # "replace": the 512 bytes may end in the middle of a character.
    text = data[:512].decode("utf-8", errors="replace")
    readable = sum(c.isprintable() or c.isspace() for c in text) - text.count("\ufffd")
    return "text" if readable > 0.95 * len(text) else "some other kind of file"

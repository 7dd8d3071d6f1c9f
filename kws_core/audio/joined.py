"""Files that were joined end to end, taken apart, and sizes that a recorder never filled in."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final, Literal

from kws_core.audio.formats import MP4, OGG, Format

# The first block of a file: index 0, and the flag for the first of a group of channels.
_WAVPACK_FIRST: Final = re.compile(
    rb"wvpk.{12}\0{4}.{5}[%b]" % re.escape(bytes(flags for flags in range(256) if flags & 8)),
    re.DOTALL,
)


def files_in(data: bytes, kind: Format) -> list[bytes]:
    """Return the files in a file, where several were joined end to end, with their sizes mended."""
    if kind is OGG:
        starts = _ogg_starts(data)
    elif kind is MP4:
        starts = _mp4_starts(data)
    elif kind.demuxer == "wv":
        starts = [match.start() for match in _WAVPACK_FIRST.finditer(data)]
    elif kind.is_raw or kind.demuxer in ("ape", "asf", "avi", "flv", "mpeg", "rm"):
        starts = []  # frames, or packets, of which one follows the other anyway
    else:
        starts = [match.start() for match in kind.magic.finditer(data)]
    cuts = [0, *(start for start in starts if start), len(data)]
    parts = [data[a:b] for a, b in pairwise(cuts)] if len(cuts) > 2 else [data]
    return [_with_right_size(part, kind) for part in parts]


def _with_right_size(data: bytes, kind: Format) -> bytes:
    """Fill in sizes that a recorder left at 0 or at the largest number."""
    if kind.demuxer == "aiff":
        at, field, width = data.find(b"SSND"), 4, 4
        data = data[:4] + (len(data) - 8).to_bytes(4, "big") + data[8:]
    elif kind.demuxer == "w64":
        at, field, width = data.find(b"data\xf3\xac\xd3\x11"), 16, 8
    else:
        return data
    order: Literal["big", "little"] = "big" if width == 4 else "little"
    place = at + field
    rest = len(data) - (place + 4 if width == 4 else at)  # Wave64 counts the head of a chunk
    if min(at, rest) < 0 or 24 < int.from_bytes(data[place : place + width], order) <= rest:
        return data
    return data[:place] + rest.to_bytes(width, order) + data[place + width :]


def _ogg_starts(data: bytes) -> list[int]:
    """Where streams begin after pages of others: a stream beside another begins before them."""
    starts, had_sound = [], False
    for page in re.finditer(rb"OggS\0", data):
        begins = len(data) > page.end() and data[page.end()] & 2
        if begins and had_sound:
            starts.append(page.start())
        had_sound = not begins
    return starts


def _mp4_starts(data: bytes) -> list[int]:
    starts, position = [], 0
    while position + 8 <= len(data):
        size = int.from_bytes(data[position : position + 4], "big")
        if size == 1:
            size = int.from_bytes(data[position + 8 : position + 16], "big")
        if data[position + 4 : position + 8] == b"ftyp":
            starts.append(position)
        if size < 8:
            break
        position += size
    return starts[1:]

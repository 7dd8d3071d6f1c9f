"""WAV files as they are met: RIFF, RIFX, RF64 and BW64, with headers that are often wrong.

Recorders that crash and programs that write to a pipe leave sizes of 0, of a few bytes or of
gigabytes; others forget a pad byte, or put the format behind the samples. A header is believed
only as far as the bytes bear it out.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import check_rate
from kws_core.errors import TruncatedAudioError

PCM: Final = 1
FLOAT: Final = 3
_EXTENSIBLE: Final = 0xFFFE
_FORMS: Final = (b"RIFF", b"RIFX", b"RF64", b"BW64")
# Recorders that cannot go back to fill in the length leave one of the largest 32-bit values.
_LENGTH_UNKNOWN: Final = 0x7FFF_F000
_WITHIN_32_BITS: Final = 0xFFFF_FFFF
_MOST_CHANNELS: Final = 256  # of any array; a header with more is wrong
_MORE_SOUND_S: Final = 0.1  # beyond the size that the header gives: less may be anything


@dataclass(frozen=True)
class Wav:
    """One recording of a WAV file.

    rate: Hz. bits: of a sample, in `sample_bytes` bytes. order: "<" or ">". fmt: the chunk as it
    is. data: the samples, coded. seconds: that the header claims, None if it claims nothing.
    n_frames: from the fact chunk.
    """

    coding: int
    channels: int
    rate: int
    bits: int
    sample_bytes: int
    order: str
    fmt: bytes
    data: memoryview
    seconds: float | None
    n_frames: int | None

    def samples(self, block_samples: int) -> Iterator[npt.NDArray[np.float32]]:
        """Yield PCM or float samples in blocks of float32 (frames, channels), full scale at 1."""
        frame_bytes = self.channels * self.sample_bytes
        step = max(1, block_samples // self.channels) * frame_bytes
        end = len(self.data) // frame_bytes * frame_bytes
        for start in range(0, end, step):
            yield self._block(self.data[start : min(start + step, end)])

    def _block(self, data: memoryview) -> npt.NDArray[np.float32]:
        size = self.sample_bytes
        values: npt.NDArray[Any]
        if self.coding == FLOAT:
            values, scale = np.frombuffer(data, f"{self.order}f{size}"), 1.0
        elif size == 1:
            values, scale = np.frombuffer(data, np.uint8).astype(np.float32) - 128, 128.0
        elif size == 3:
            wide = np.zeros((len(data) // 3, 4), np.uint8)
            thirds = np.frombuffer(data, np.uint8).reshape(-1, 3)
            wide[:, 1:] = thirds if self.order == "<" else thirds[:, ::-1]
            values, scale = wide.view("<i4")[:, 0], 2.0**31
        else:
            values, scale = np.frombuffer(data, f"{self.order}i{size}"), 2.0 ** (8 * size - 1)
        with np.errstate(over="ignore", invalid="ignore"):
            return (values / scale).astype(np.float32).reshape(-1, self.channels)

    @property
    def is_plain(self) -> bool:
        """Whether `samples` can read it."""
        sizes = {PCM: (1, 2, 3, 4, 8), FLOAT: (2, 4, 8)}
        return self.sample_bytes in sizes.get(self.coding, ())

    def as_file(self) -> bytes:
        """The same recording with a header that is right, for another decoder."""
        size = min(len(self.data), _LENGTH_UNKNOWN)
        fmt = self.fmt + b"\0" * (len(self.fmt) % 2)
        head = b"fmt " + struct.pack("<I", len(self.fmt)) + fmt + b"data" + struct.pack("<I", size)
        return b"RIFF" + struct.pack("<I", 4 + len(head) + size) + b"WAVE" + head + self.data


def read_wav(data: bytes) -> list[Wav]:
    """The recordings in a WAV file: one, or several that were joined.

    Raises TruncatedAudioError if no samples can be found, BadSampleRateError.
    """
    found: list[Wav] = []
    position = 0
    while data[position : position + 4] in _FORMS and len(data) >= position + 12:
        wav, position = _one(data, position)
        if wav is not None:
            found.append(wav)
    if not found:
        raise TruncatedAudioError(
            "The file starts like WAV but ends early or is damaged: no sound could be read. "
            "Upload or record it again."
        )
    return found


def _one(data: bytes, start: int) -> tuple[Wav | None, int]:
    """The recording whose header is at `start`, and where what follows it starts."""
    order = ">" if data[start : start + 4] == b"RIFX" else "<"
    long_size: int | None = None
    fmt, fact, samples = b"", None, None
    position = start + 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], _size(data, position, order)
        body = position + 8
        if name in _FORMS and data[position + 8 : position + 12] == b"WAVE":
            break
        if name == b"ds64":
            long_size = struct.unpack_from("<Q", data.ljust(body + 16, b"\0"), body + 8)[0]
        elif name == b"fmt " and not fmt:
            fmt = _fmt(data, position, order)
        elif name == b"fact" and size >= 4:
            fact = _size(data, position + 4, order)
        elif name == b"data" and samples is None:
            claimed = long_size if size == _WITHIN_32_BITS and long_size else size
            end = _end_of_samples(data, body, claimed, order, fmt)
            samples = body, end, claimed
            position = end + (end - body) % 2
            if not _is_chunk(data, position, order) and _is_chunk(data, end, order):
                position = end
            continue
        position = _next_chunk(data, position, size, order)
    # What the chunks' sizes do not lead to may be there all the same.
    if samples is None and (place := data.find(b"data", start + 12)) >= 0:
        samples = place + 8, len(data), _LENGTH_UNKNOWN
    if not fmt and samples and (place := data.rfind(b"fmt ", start + 12)) >= 0:
        fmt = _fmt(data, place, order)
        samples = samples[0], place if samples[0] < place else samples[1], samples[2]
    if samples is None or len(fmt) < 14:
        return None, position
    return _described(data, fmt, fact, samples, order), position


def _fmt(data: bytes, position: int, order: str) -> bytes:
    size = _size(data, position, order)
    return data[position + 8 : position + 8 + min(size if size >= 14 else 16, 64)]


def _size(data: bytes, position: int, order: str) -> int:
    return int.from_bytes(data[position + 4 : position + 8], "little" if order == "<" else "big")


def _next_chunk(data: bytes, position: int, size: int, order: str) -> int:
    """Where the next chunk starts, also if this one's size is wrong or lacks its pad byte."""
    end = position + 8 + size
    for candidate in (end + size % 2, end):
        if _is_chunk(data, candidate, order):
            return candidate
    found = [
        place
        for name in (b"data", b"fmt ")
        if (place := data.find(name, position + 8)) >= 0 and _is_chunk(data, place, order)
    ]
    return min(found, default=len(data))


def _is_chunk(data: bytes, position: int, order: str) -> bool:
    name = data[position : position + 4]
    if name in (b"data", *_FORMS):
        return True
    is_name = len(name) == 4 and all(0x20 <= byte < 0x7F for byte in name)
    return is_name and position + 8 + _size(data, position, order) <= len(data) + 1


def _end_of_samples(data: bytes, body: int, claimed: int, order: str, fmt: bytes) -> int:
    """Where the samples end: where the header says, unless that can't be or sound follows."""
    end = body + claimed
    if end >= len(data) or claimed >= _LENGTH_UNKNOWN:
        return len(data)
    rest = len(data) - end
    if rest < 8 or any(_is_chunk(data, end + pad, order) for pad in (0, claimed % 2)):
        return end
    if data.startswith((b"ID3", b"TAG", b"APETAGEX"), end) or not any(data[end:]):
        return end
    bytes_a_second = int.from_bytes(fmt[8:12], "little" if order == "<" else "big")
    return len(data) if rest >= _MORE_SOUND_S * bytes_a_second else end


def _described(
    data: bytes, fmt: bytes, fact: int | None, samples: tuple[int, int, int], order: str
) -> Wav:
    coding, channels, rate, bytes_a_second, align = struct.unpack_from(f"{order}HHIIH", fmt)
    bits = struct.unpack_from(f"{order}H", fmt.ljust(16, b"\0"), 14)[0]
    if coding == _EXTENSIBLE and len(fmt) >= 26:
        coding = struct.unpack_from(f"{order}H", fmt, 24)[0]
    coding = PCM if coding in (0, _EXTENSIBLE) else coding
    if not channels or channels > _MOST_CHANNELS:
        channels = max(1, 8 * align // bits) if bits else 1
    if not rate and align:
        rate = bytes_a_second // align
    rate = check_rate(rate)
    if not bits:
        bits = 8 * (align or bytes_a_second // rate) // channels or 16
    if order == ">":
        fmt = struct.pack("<HHIIHH", coding, channels, rate, bytes_a_second, align, bits) + fmt[16:]
    sample_bytes = -(-bits // 8)
    in_container = align // channels if align % channels == 0 else 0
    # Samples may be kept in more bytes than they have bits; both figures can be wrong.
    if in_container > sample_bytes and bytes_a_second == rate * align:
        sample_bytes = in_container
    body, end, claimed = samples
    frame_bytes = channels * sample_bytes if coding in (PCM, FLOAT) else 0
    trusted = frame_bytes and 0 < claimed < _LENGTH_UNKNOWN and claimed >= end - body
    is_empty = frame_bytes and not claimed and end == body
    seconds = claimed / frame_bytes / rate if trusted or is_empty else None
    return Wav(
        coding, channels, rate, bits, sample_bytes, order, fmt,
        memoryview(data)[body:end], seconds, fact,
    )  # fmt: skip

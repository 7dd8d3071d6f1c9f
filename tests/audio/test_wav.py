"""WAV files with headers as crashed recorders, pipes and careless programs leave them."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from kws_core.audio.clip import decode
from kws_core.errors import EmptyAudioError
from tests.helpers.audio_files import tone
from tests.helpers.av_files import write

SOUND = tone(440, 0.5, 16_000)
PCM = np.round(SOUND * 32_767).astype("<i2").tobytes()
INFO = b"INFOISFT\x0e\0\0\0Lavf58.29.100\0"
GUID = bytes.fromhex("000000001000800000aa00389b71")


def chunk(
    name: bytes, body: bytes, size: int | None = None, pad: bool = True, order: str = "<"
) -> bytes:
    claimed = len(body) if size is None else size
    padding = b"\0" * (len(body) % 2) if pad else b""
    return name + struct.pack(order + "I", claimed) + body + padding


def fmt(
    tag: int = 1, channels: int = 1, rate: int = 16_000, bytes_a_second: int = 32_000,
    align: int = 2, bits: int = 16, order: str = "<", more: bytes = b"",
) -> bytes:  # fmt: skip
    fields = struct.pack(order + "HHIIHH", tag, channels, rate, bytes_a_second, align, bits)
    return chunk(b"fmt ", fields + more, order=order)


def riff(*chunks: bytes, form: bytes = b"RIFF", size: int | None = None, order: str = "<") -> bytes:
    return chunk(form, b"WAVE" + b"".join(chunks), size, order=order)


def assert_is_the_sound(data: bytes, atol: float = 1e-4) -> None:
    samples = decode(data).samples
    assert len(samples) == len(SOUND)
    np.testing.assert_allclose(samples, SOUND, atol=atol)


@pytest.mark.parametrize("after", [b"", chunk(b"LIST", INFO)], ids=["end", "LIST"])
@pytest.mark.parametrize("size", [0, 1_000, 4_096, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 20_000])
def test_a_wrong_size_of_the_data(size: int, after: bytes) -> None:
    samples = decode(riff(fmt(), chunk(b"data", PCM, size), after)).samples
    # Where the size is unknown, what follows looks like sound.
    assert 0 <= len(samples) - len(SOUND) <= len(after) / 2
    np.testing.assert_allclose(samples[: len(SOUND)], SOUND, atol=1e-4)


@pytest.mark.parametrize("size", [0, 36, 0xFFFF_FFFF])
def test_a_wrong_size_of_the_file(size: int) -> None:
    assert_is_the_sound(riff(fmt(), chunk(b"data", PCM), size=size))
    assert_is_the_sound(riff(fmt(), chunk(b"data", PCM, 0), size=size))


def test_a_file_that_is_really_empty_is_said_to_be() -> None:
    with pytest.raises(EmptyAudioError):
        decode(riff(fmt(), chunk(b"data", b""), chunk(b"LIST", INFO)))


@pytest.mark.parametrize("name", [b"LIST", b"id3 ", b"bext", b"abcd", b"\0\0\0\0"])
@pytest.mark.parametrize("length", [0, 3, 26, 601])
@pytest.mark.parametrize("wrong_by", [0, 1, -1, 100, 1_000_000])
def test_other_chunks_of_any_size_with_or_without_their_pad_byte(
    name: bytes, length: int, wrong_by: int
) -> None:
    body = (INFO * 30)[:length]
    data = chunk(b"data", PCM)
    for pad in (True, False):
        other = chunk(name, body, max(length + wrong_by, 0), pad)
        assert_is_the_sound(riff(other, fmt(), data))
        assert_is_the_sound(riff(fmt(), other, data))
        assert_is_the_sound(riff(fmt(), data, other))


@pytest.mark.parametrize(
    "tag",
    [b"TAG" + bytes(range(125)), b"ID3\x04" + bytes(5_000), b"APETAGEX" + INFO, bytes(50_000)],
    ids=["ID3v1", "ID3v2", "APE", "zeros"],
)
def test_what_is_appended_is_no_sound(tag: bytes) -> None:
    assert_is_the_sound(riff(fmt(), chunk(b"data", PCM)) + tag)


@pytest.mark.parametrize(
    "wrong",
    [
        fmt(align=0), fmt(bits=0), fmt(align=0, bits=0), fmt(align=0, bits=0, bytes_a_second=0),
        fmt(channels=0), fmt(channels=4097), fmt(rate=0), fmt(bytes_a_second=0),
        fmt(bytes_a_second=1), fmt(align=1), fmt(align=4), fmt(bits=12), fmt(tag=0),
        fmt(tag=0xFFFE), fmt() + fmt(),
        fmt(tag=0xFFFE, more=struct.pack("<HHI", 22, 16, 4) + bytes(16)),
        fmt().replace(b"\x10\0\0\0", b"\x12\0\0\0", 1), fmt(more=b"\0\0"),
    ],
)  # fmt: skip
def test_a_wrong_format_chunk(wrong: bytes) -> None:
    assert_is_the_sound(riff(wrong, chunk(b"data", PCM)))


def test_the_format_may_come_after_the_data() -> None:
    assert_is_the_sound(riff(chunk(b"data", PCM), fmt()))
    assert_is_the_sound(riff(chunk(b"data", PCM, 0xFFFF_FFFF), fmt()))


@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize(
    ("tag", "dtype", "scale", "atol"),
    [
        (1, "u1", 127, 0.01), (1, "<i2", 2**15 - 1, 1e-4), (1, "<i4", 2.0**31, 1e-6),
        (1, "<i8", 2.0**63, 1e-6), (3, "<f2", 1, 1e-3), (3, "<f4", 1, 1e-6), (3, "<f8", 1, 1e-6),
    ],
)  # fmt: skip
def test_integers_and_floats_of_every_width(
    tag: int, dtype: str, scale: float, atol: float, extensible: bool
) -> None:
    scaled = SOUND.astype(np.float64) * scale + (128 if dtype == "u1" else 0)
    kept = (np.round(scaled) if tag == 1 else scaled).astype(dtype)
    size = kept.dtype.itemsize
    more = struct.pack("<HHIH", 22, 8 * size, 4, tag) + GUID if extensible else b""
    of = fmt(0xFFFE if extensible else tag, 1, 16_000, 16_000 * size, size, 8 * size, more=more)
    assert_is_the_sound(riff(of, chunk(b"data", kept.tobytes())), atol)


@pytest.mark.parametrize(("size", "order"), [(3, "<"), (4, "<"), (3, ">")])
def test_24_bits_in_three_or_four_bytes(size: int, order: str) -> None:
    wide = (np.round(SOUND * 2**23).astype("<i4") << 8).view("u1").reshape(-1, 4)
    kept = wide[:, 1:] if size == 3 else wide
    kept = kept if order == "<" else kept[:, ::-1]
    form = b"RIFF" if order == "<" else b"RIFX"
    of = fmt(1, 1, 16_000, 16_000 * size, size, 24, order)
    assert_is_the_sound(
        riff(of, chunk(b"data", kept.tobytes(), order=order), form=form, order=order), 1e-6
    )


def test_big_endian_files() -> None:
    swapped = np.frombuffer(PCM, "<i2").astype(">i2").tobytes()
    data = chunk(b"data", swapped, order=">")
    assert_is_the_sound(riff(fmt(order=">"), data, form=b"RIFX", order=">"))


@pytest.mark.parametrize("form", [b"RF64", b"BW64"])
@pytest.mark.parametrize("size", [len(PCM), 0])
@pytest.mark.parametrize("after", [b"", chunk(b"LIST", INFO)], ids=["end", "LIST"])
def test_files_with_sizes_of_64_bits(form: bytes, size: int, after: bytes) -> None:
    sizes = chunk(b"ds64", struct.pack("<QQQI", size + 80, size, size // 2, 0))
    data = riff(sizes, fmt(), chunk(b"data", PCM, 0xFFFF_FFFF), after, form=form, size=0xFFFF_FFFF)
    samples = decode(data).samples
    assert len(samples) == len(SOUND) + (0 if size else len(after) // 2)


def test_joined_files_are_one_recording() -> None:
    one = riff(fmt(), chunk(b"data", PCM))
    faster = riff(fmt(rate=32_000, bytes_a_second=64_000), chunk(b"data", PCM))
    clip = decode(one + faster)
    assert clip.duration == pytest.approx(0.75, abs=0.001)
    assert clip.notes == ("16 and 32 kHz resampled to 16 kHz",)


@pytest.mark.parametrize("codec", ["pcm_alaw", "pcm_mulaw", "adpcm_ms", "adpcm_ima_wav"])
def test_coded_files_with_wrong_headers(codec: str) -> None:
    data = write([SOUND], "wav", codec)
    at = data.index(b"data")
    for broken in (
        data[: at + 4] + bytes(4) + data[at + 8 :],
        data[:at] + chunk(b"LIST", b"INFOx", pad=False) + data[at:],
    ):
        samples = decode(broken).samples
        assert len(samples) == pytest.approx(len(SOUND), abs=1_100)
        np.testing.assert_allclose(samples[200:7_000], SOUND[200:7_000], atol=0.05)


def test_the_padding_of_a_codec_is_cut_where_the_file_has_its_length() -> None:
    data = write([SOUND], "wav", "adpcm_ms")
    place = data.index(b"fact") + 8
    sized = data[:place] + struct.pack("<I", len(SOUND)) + data[place + 4 :]
    assert len(decode(sized).samples) == len(SOUND)

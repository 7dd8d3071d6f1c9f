"""Every format of the list is read, alone, joined to another, and behind junk."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from kws_core.audio.clip import decode
from kws_core.audio.formats import FORMATS, SUFFIXES, identify
from kws_core.audio.waveform import resample
from kws_core.errors import NotAudioError, TruncatedAudioError
from tests.helpers.audio_files import tone
from tests.helpers.av_files import WRITTEN, coded, write

PAUSE = np.zeros(4_000, np.float32)
LOW, HIGH = (np.concatenate([tone(hertz, 0.5, 16_000), PAUSE]) for hertz in (500, 1_500))
NOT_WRITTEN = {"Monkey's Audio"}  # by any library at hand
EACH = [
    pytest.param(name, *way, id="-".join(map(str, way)))
    for name, ways in WRITTEN.items()
    for way in ways
]
JOINED = [
    ("wav", "pcm_s16le", 16_000), ("flac", "flac", 16_000), ("ogg", "libopus", 48_000),
    ("ipod", "aac", 44_100), ("webm", "libopus", 48_000), ("aiff", "pcm_s16be", 16_000),
    ("au", "pcm_s16be", 16_000), ("amr", "libopencore_amrnb", 8_000), ("wv", "wavpack", 16_000),
    ("tta", "tta", 16_000), ("mp3", "libmp3lame", 44_100), ("adts", "aac", 16_000),
    ("mpegts", "aac", 48_000), ("ac3", "ac3", 48_000),
]  # fmt: skip


def has_tone(samples: np.ndarray, hertz: int) -> bool:
    """Whether a tone of half a second or so is in it, much above what is beside it."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), 16_000))
    near = spectrum[hertz - 3 : hertz + 4].max()
    return bool(near > 20 * np.median(spectrum) and near > 0.1 * 0.5 * 8_000 / 4)


def test_every_format_of_the_list_is_tried() -> None:
    assert {known.name for known in FORMATS} == set(WRITTEN) | NOT_WRITTEN
    assert len(set(SUFFIXES)) == len(SUFFIXES)


@pytest.mark.parametrize(("name", "container", "codec", "rate"), EACH)
def test_a_format_is_told_by_its_bytes_and_read(
    name: str, container: str, codec: str, rate: int
) -> None:
    data = coded(LOW, container, codec, rate)
    assert identify(data)[0].name == name
    clip = decode(data)
    assert clip.duration == pytest.approx(0.75, abs=0.1)
    assert has_tone(clip.samples, 500)


@pytest.mark.parametrize(("container", "codec", "rate"), JOINED)
def test_files_that_were_joined_are_one_recording(container: str, codec: str, rate: int) -> None:
    both = coded(LOW, container, codec, rate) + coded(HIGH, container, codec, rate)
    clip = decode(both)
    assert clip.duration == pytest.approx(1.5, abs=0.2)
    assert has_tone(clip.samples, 500)
    assert has_tone(clip.samples, 1_500)


def test_joined_files_may_differ_in_codec_rate_and_channels() -> None:
    stereo = np.stack([HIGH, HIGH], axis=1)
    vorbis = io.BytesIO()
    soundfile.write(vorbis, resample(LOW, 16_000, 8_000), 8_000, format="OGG", subtype="VORBIS")
    clip = decode(vorbis.getvalue() + write([stereo], "ogg", "libopus", 48_000))
    assert has_tone(clip.samples, 500)
    assert has_tone(clip.samples, 1_500)
    assert "stereo mixed to mono" in clip.notes
    assert "8 and 48 kHz resampled to 16 kHz" in clip.notes


@pytest.mark.parametrize("n_bytes", [1, 4, 215, 5_000])
@pytest.mark.parametrize(
    ("container", "codec", "rate", "options"),
    [
        ("mp3", "libmp3lame", 44_100, {"write_xing": "0", "id3v2_version": "0"}),
        ("adts", "aac", 16_000, {}),
        ("ogg", "libopus", 48_000, {}),
        ("flac", "flac", 16_000, {}),
        ("ipod", "aac", 44_100, {}),
        ("wav", "pcm_s16le", 16_000, {}),
        ("mpegts", "aac", 48_000, {}),
    ],
)
def test_junk_before_the_beginning_is_skipped(
    container: str, codec: str, rate: int, options: dict[str, str], n_bytes: int
) -> None:
    data = write([LOW], container, codec, rate, **options)
    noise = np.random.default_rng(n_bytes).bytes(n_bytes)
    for junk in (bytes(n_bytes), b"\x20" * n_bytes, noise):
        assert has_tone(decode(junk + data).samples, 500)


@pytest.mark.parametrize(("container", "codec"), [("mp3", "libmp3lame"), ("adts", "aac")])
def test_a_stream_may_start_in_the_middle_of_a_frame(container: str, codec: str) -> None:
    data = write([LOW], container, codec, 16_000)
    assert has_tone(decode(data[777:]).samples, 500)


TAG = b"ID3\x04\0\0\0\0\x02\x01" + bytes(257)
APE = b"APETAGEX\xd0\x07\0\0" + bytes(range(100))
MP3 = write([LOW], "mp3", "libmp3lame", 44_100, write_xing="0", id3v2_version="0")


@pytest.mark.parametrize(
    "data",
    [
        TAG + MP3,
        TAG + TAG + MP3,
        b"ID3\x04\0\0\0\0\x7f\x7f" + bytes(100) + MP3,
        APE + MP3,
        MP3 + APE + b"TAG" + bytes(125),
    ],
    ids=["one", "two", "of a wrong size", "APE before", "APE and ID3v1 after"],
)
def test_tags_are_no_sound(data: bytes) -> None:
    clip = decode(data)
    assert clip.duration == pytest.approx(0.78, abs=0.06)
    assert has_tone(clip.samples, 500)


@pytest.mark.parametrize("box", [b"free", b"skip", b"uuid", b"wide"])
@pytest.mark.parametrize("n_bytes", [0, 16, 1_000])
def test_boxes_before_an_mp4_file(box: bytes, n_bytes: int) -> None:
    inside = (8 + n_bytes).to_bytes(4, "big") + box + bytes(n_bytes)
    clip = decode(inside + write([LOW], "ipod", "aac", 44_100))
    assert clip.duration == pytest.approx(0.75, abs=0.05)
    assert has_tone(clip.samples, 500)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"MThd" + bytes(50), "a MIDI file, which holds notes"),
        (b"#!SILK_V3" + bytes(50), "a SILK voice message"),
        (b"Rar!\x1a\x07" + bytes(50), "a RAR archive"),
        (b"\0\0\0\x18ftypheic" + bytes(50), "a HEIF or AVIF picture"),
        (b'{"file": "free ftyp"}\n' * 20, "text"),
        (np.random.default_rng(0).bytes(50_000), "some other kind of file"),
    ],
)
def test_what_is_no_sound_is_named(data: bytes, what: str) -> None:
    with pytest.raises(NotAudioError, match=what):
        decode(data)


def test_a_file_that_ends_inside_its_tag() -> None:
    with pytest.raises(TruncatedAudioError, match="inside its title tag"):
        decode(TAG[:100])

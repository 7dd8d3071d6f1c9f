"""Which channel is heard, what becomes of an offset, and how far a level is raised."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from kws_core.audio.clip import decode
from kws_core.audio.read import read_audio
from kws_core.errors import BadSampleRateError, NoSuchChannelError, SilentAudioError
from kws_core.samples import get_sample
from tests.helpers.audio_files import encode, tone
from tests.helpers.av_files import write

WORD = read_audio(get_sample("stop").path).samples
NOTHING = np.zeros(len(WORD), np.float32)
RANDOM = np.random.default_rng(0)


def heard(*channels: np.ndarray) -> tuple[np.ndarray, str]:
    clip = decode(encode(np.stack(channels, axis=1), 16_000, "wavfloat"))
    return clip.samples, clip.notes[0]


def likeness(samples: np.ndarray, other: np.ndarray = WORD) -> float:
    """Correlation of two sounds that start together."""
    return float(np.corrcoef(samples, other)[0, 1])


def test_channels_that_are_alike_are_mixed() -> None:
    samples, note = heard(WORD, 0.8 * WORD)
    assert note == "stereo mixed to mono"
    np.testing.assert_allclose(samples, 0.9 * WORD, atol=1e-6)


@pytest.mark.parametrize(
    ("channels", "best"),
    [
        ((WORD, -WORD), 1),
        ((0.7 * WORD, -WORD), 2),
        ((NOTHING, WORD), 2),
        ((0.001 * WORD, WORD), 2),
        ((NOTHING, NOTHING, WORD, NOTHING, NOTHING, NOTHING), 3),
        ((NOTHING + np.float32(0.9), WORD), 2),
        ((1.1 * WORD + np.float32(0.2), np.float32(0.2) - WORD), 1),
        ((tone(50, len(WORD) / 16_000, 16_000, 0.3)[: len(WORD)], WORD), 2),
        ((0.2 * RANDOM.standard_normal(len(WORD)).astype(np.float32), WORD), 2),
        (tuple(np.roll(WORD, 100 * k) for k in range(4)), None),
    ],
    ids=[
        "L = -R", "weaker and out of phase", "left is silent", "left is faint", "5.1 in the centre",
        "offset alone", "L = -R on an offset", "hum alone", "noise alone", "delays",
    ],
)  # fmt: skip
def test_the_best_channel_where_a_mix_would_be_weaker(
    channels: tuple[np.ndarray, ...], best: int | None
) -> None:
    samples, note = heard(*channels)
    number = int(note.split()[1])
    assert note == f"channel {number} of {len(channels)} used: a mix would be weaker"
    assert number == (best or number)
    assert abs(likeness(samples, WORD if best else np.roll(WORD, 100 * (number - 1)))) > 0.95


def test_a_speaker_on_each_channel_is_heard_at_the_level_of_both() -> None:
    first, second = np.concatenate([WORD, NOTHING]), np.concatenate([NOTHING, WORD])
    samples, note = heard(first, second)
    assert note == "stereo mixed to mono"
    np.testing.assert_allclose(samples, first + second, atol=0.01)


def test_a_channel_may_be_chosen() -> None:
    data = encode(np.stack([WORD, tone(440, len(WORD) / 16_000, 16_000)], axis=1), 16_000)
    clip = read_audio(data, channel=1)
    assert likeness(clip.samples) > 0.999
    assert clip.notes == ("channel 1 of 2 used, as chosen",)
    for channel in (0, 3):
        with pytest.raises(NoSuchChannelError, match=r"no channel \d. Choose one from 1 to 2"):
            read_audio(data, channel=channel)


@pytest.mark.parametrize(
    ("container", "codec"), [("matroska", "aac"), ("mp4", "aac"), ("mov", "pcm_s16le")]
)
def test_of_several_tracks_the_loudest_is_heard(container: str, codec: str) -> None:
    clip = decode(write([NOTHING, NOTHING, WORD], container, codec, 48_000))
    assert clip.notes[0] == "track 3 of 3 used: the loudest"
    assert clip.level_db > -40


@pytest.mark.parametrize("offset", [0.3, -0.5, "drift"])
def test_an_offset_is_removed_and_the_sound_is_as_it_was(offset: float | str) -> None:
    speech = 0.05 * WORD / np.abs(WORD).max()
    base = np.linspace(-0.4, 0.4, len(WORD)) if offset == "drift" else offset
    clip = decode(encode(speech + base, 16_000, "wavfloat"))
    assert clip.notes == ("offset removed",)
    assert likeness(clip.samples, speech) > 0.98


def test_low_voices_and_small_offsets_are_left_alone() -> None:
    sound = tone(85, 0.5, 16_000, 0.1) + np.float32(0.01)
    clip = decode(encode(sound, 16_000, "wavfloat"))
    assert clip.notes == ()
    np.testing.assert_allclose(clip.samples, sound, atol=1e-6)


def test_an_offset_alone_is_silence() -> None:
    with pytest.raises(SilentAudioError, match="-120 dBFS"):
        decode(encode(NOTHING + np.float32(0.3), 16_000))


@pytest.mark.parametrize("rate", [1_000, 8_000, 11_025, 44_056, 192_000, 384_000, 768_000])
def test_rates_from_1_to_768_khz(rate: int) -> None:
    clip = decode(encode(tone(100, 1.0, rate), rate))
    assert clip.source_rate == rate
    assert clip.duration == pytest.approx(1.0, abs=0.001)
    spectrum = np.abs(np.fft.rfft(clip.samples[:16_000]))
    assert abs(int(spectrum.argmax()) - 100) <= 1


def test_a_wrong_rate_may_be_corrected() -> None:
    data = bytearray(encode(WORD, 16_000))
    struct.pack_into("<II", data, 24, 32_000, 64_000)
    assert read_audio(bytes(data)).duration == pytest.approx(0.39, abs=0.01)
    clip = read_audio(bytes(data), rate=16_000)
    assert clip.source_rate == 16_000
    assert clip.notes == ("sample rate corrected: the file says 32 kHz",)
    assert likeness(clip.samples) > 0.999
    assert read_audio(bytes(data), rate=32_000).notes == ("32 kHz resampled to 16 kHz",)
    with pytest.raises(BadSampleRateError):
        read_audio(bytes(data), rate=10)

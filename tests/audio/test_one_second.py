"""Which second of a clip is looked at, and the room tone that a short one is put into."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.one_second import (
    cut_second,
    fits_whole,
    in_room_tone,
    last_start,
    loudest_start,
    room_tone,
    start_around,
)
from kws_core.audio.waveform import Samples
from tests.helpers.sounds import noise

RATE = 16_000
RAMP = np.arange(3 * RATE, dtype=np.float32)


def rms(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def test_is_as_loud_as_the_quietest_tenth() -> None:
    clip = np.concatenate([noise(0.05, 0.001), noise(0.35, 0.3), noise(0.05, 0.001)])
    assert rms(room_tone(clip, RATE)) == pytest.approx(0.001, rel=0.2)


@pytest.mark.parametrize("gain", [0.01, 1.0])
def test_is_well_below_a_clip_without_a_quiet_moment(gain: float) -> None:
    vowel = gain * np.sin(np.arange(4000) * 0.1, dtype=np.float32)
    below_db = 20 * np.log10(rms(vowel) / rms(room_tone(vowel, RATE)))
    assert below_db == pytest.approx(15, abs=0.2)


@pytest.mark.parametrize("n", [0, 1, 159])
def test_of_too_little_to_tell_is_silence(n: int) -> None:
    assert not room_tone(np.ones(n, np.float32), RATE).any()


def test_of_a_clip_with_digital_silence_is_silence() -> None:
    clip = np.concatenate([np.zeros(1600, np.float32), noise(0.5, 0.1)])
    assert not room_tone(clip, RATE).any()


def test_is_the_same_every_time() -> None:
    clip = noise(0.4, 0.1)
    np.testing.assert_array_equal(room_tone(clip, RATE), room_tone(clip, RATE))


@pytest.mark.parametrize("missing", [1, 2, 7_999, 15_000])
def test_a_short_clip_is_in_the_middle_untouched(missing: int) -> None:
    clip = noise(1.0, 0.1)[: RATE - missing]
    window = in_room_tone(clip, RATE)
    before = missing // 2
    assert (window.shape, window.dtype) == ((RATE,), np.float32)
    np.testing.assert_array_equal(window[before : before + len(clip)], clip)
    around = np.concatenate([window[:before], window[before + len(clip) :]])
    assert 0 < np.abs(around).max() < np.abs(clip).max()


@pytest.mark.parametrize(("n", "loud", "first"), [(0, 0, 0), (17, 0, 0), (1600, 1600, 1600)])
def test_a_clip_that_is_a_little_too_long_is_cut_to_its_loudest_second(
    n: int, loud: int, first: int
) -> None:
    clip = noise((RATE + n) / RATE, 0.001)
    clip[loud : loud + RATE] += noise(1.0, 0.3)
    np.testing.assert_array_equal(in_room_tone(clip, RATE), clip[first : first + RATE])


def test_a_short_clip_is_put_into_its_room_tone_wherever_it_should_start() -> None:
    clip = np.ones(1600, np.float32)
    np.testing.assert_array_equal(cut_second(clip, RATE, 0.7), in_room_tone(clip, RATE))


@pytest.mark.parametrize(
    ("start", "first"), [(0.0, 0), (0.5, 8000), (2.0, 32_000), (2.7, 32_000), (-1.0, 0)]
)
def test_a_longer_clip_is_cut_from_the_start_and_never_beyond_its_end(
    start: float, first: int
) -> None:
    window = cut_second(RAMP, RATE, start)
    assert window[0] == first
    assert len(window) == RATE


def test_a_tenth_more_is_still_one_second() -> None:
    assert fits_whole(RAMP[: RATE + 1600], RATE)
    assert len(cut_second(RAMP[: RATE + 1600], RATE, 0.0)) == RATE
    assert not fits_whole(RAMP[: RATE + 1601], RATE)


def test_a_word_is_in_the_middle_of_its_second_where_there_is_room() -> None:
    assert start_around(1.2, 1.6, RAMP, RATE) == 0.9
    assert start_around(0.1, 0.3, RAMP, RATE) == 0.0
    assert start_around(2.8, 3.0, RAMP, RATE) == last_start(RAMP, RATE) == 2.0


def test_the_loudest_second_is_found() -> None:
    sound = np.zeros(5 * RATE, np.float32)
    sound[round(2.3 * RATE) : round(3.3 * RATE)] = 0.5
    assert loudest_start(sound, RATE) == pytest.approx(2.3, abs=0.011)
    assert loudest_start(np.zeros(5 * RATE, np.float32), RATE) == 0.0
    assert loudest_start(sound[:RATE], RATE) == 0.0

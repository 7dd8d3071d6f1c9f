"""Which second of a clip is looked at."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.one_second import (
    cut_second,
    fits_whole,
    in_room_tone,
    last_start,
    loudest_start,
    start_around,
)

RATE = 16_000
RAMP = np.arange(3 * RATE, dtype=np.float32)


def test_a_short_clip_is_in_the_middle_of_its_room_tone() -> None:
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


def test_what_resampling_rounds_up_is_still_one_second() -> None:
    assert fits_whole(RAMP[: RATE + 3], RATE)
    assert len(cut_second(RAMP[: RATE + 3], RATE, 0.0)) == RATE
    assert not fits_whole(RAMP[: RATE + 100], RATE)


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

"""Reverberation: how fast the tail decays, how loud it is, and that it is a convolution."""

import numpy as np
import pytest

from kws_core.augment.steps.reverberation import ReverberationDraw, room_response

RATE = 16_000


@pytest.mark.parametrize("rt60", [0.15, 0.4, 1.0])
def test_the_tail_decays_by_60_db_in_the_time_asked_for(rt60) -> None:
    tail = room_response(rt60, 0.0, RATE, seed=3)[1:].astype(float)
    left = np.cumsum(tail[::-1] ** 2)[::-1]  # Schroeder's backward integration
    decay_db = 10 * np.log10(left / left[0])
    # From 5 to 35 dB down, as T30 of ISO 3382 is measured.
    first, last = np.argmax(decay_db < -5), np.argmax(decay_db < -35)
    slope = np.polyfit(np.arange(first, last) / RATE, decay_db[first:last], 1)[0]
    assert -60 / slope == pytest.approx(rt60, rel=0.05)


@pytest.mark.parametrize("wet_db", [-20.0, 0.0, 6.0])
def test_the_tail_has_the_energy_asked_for_beside_the_direct_sound(wet_db) -> None:
    response = room_response(0.5, wet_db, RATE, seed=3)
    assert response[0] == 1
    assert 10 * np.log10(np.sum(response[1:].astype(float) ** 2)) == pytest.approx(wet_db, abs=1e-3)


def test_a_room_comes_again_with_its_seed_and_another_is_another() -> None:
    room = room_response(0.5, 0.0, RATE, seed=3)
    assert np.array_equal(room_response(0.5, 0.0, RATE, seed=3), room)
    assert abs(np.corrcoef(room[1:], room_response(0.5, 0.0, RATE, seed=4)[1:])[0, 1]) < 0.1


@pytest.mark.parametrize("n", [1, 50, 3000, 12_000])
def test_the_clip_is_convolved_and_cut_at_its_end(n) -> None:
    clip = np.random.default_rng(1).standard_normal(n).astype(np.float32)
    out = ReverberationDraw(0.4, -3.0, 9).apply(clip, RATE)
    wanted = np.convolve(clip, room_response(0.4, -3.0, RATE, 9))[:n]
    np.testing.assert_allclose(out, wanted, atol=1e-4)


def test_nothing_is_heard_before_the_sound() -> None:
    clip = np.zeros(4000, np.float32)
    clip[1000] = 1.0
    out = ReverberationDraw(0.4, 0.0, 9).apply(clip, RATE)
    assert np.abs(out[:1000]).max() < 1e-6
    assert out[1000] == pytest.approx(1, abs=1e-5)

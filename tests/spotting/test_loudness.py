"""Levels, what stands out, and dips, on sounds whose edges are known."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.spotting.loudness import STEP, active_frames, levels_db, runs, valleys
from tests.helpers.sounds import noise, silence, tone


@pytest.mark.parametrize("amplitude", [1.0, 0.1, 0.001])
def test_the_level_of_a_sine_is_its_rms_in_decibels(amplitude: float) -> None:
    level = levels_db(tone(0.5, amplitude))
    expected = 20 * np.log10(amplitude / np.sqrt(2))
    assert level[5:-5] == pytest.approx(expected, abs=0.15)


def test_there_is_one_level_for_every_ten_milliseconds_begun() -> None:
    for n in (1, STEP - 1, STEP, STEP + 1, 10 * STEP):
        assert len(levels_db(np.zeros(n, np.float32))) == -(-n // STEP)


def test_sound_outside_the_voice_band_does_not_count() -> None:
    assert levels_db(tone(0.5, 0.5, hz=30.0))[5:-5].max() < -30
    assert levels_db(tone(0.5, 0.5, hz=7000.0))[5:-5].max() < -60


def test_a_burst_is_found_with_its_edges() -> None:
    sound = np.concatenate([silence(0.5), tone(0.3), silence(0.7)])
    [(first, last)] = runs(active_frames(levels_db(sound)))
    assert first * STEP / SAMPLE_RATE == pytest.approx(0.5, abs=0.02)
    assert last * STEP / SAMPLE_RATE == pytest.approx(0.8, abs=0.02)


def test_a_burst_ten_decibels_above_noise_is_found_and_the_noise_is_not() -> None:
    background = noise(4.0, 0.01)
    background[32000:36800] += tone(0.3, 0.01 * np.sqrt(2) * 10 ** (10 / 20))
    [(first, last)] = runs(active_frames(levels_db(background)))
    assert first == pytest.approx(200, abs=3)
    assert last == pytest.approx(230, abs=3)


def test_a_burst_that_noise_nearly_covers_is_found_faintly() -> None:
    background = noise(4.0, 0.01)
    background[32000:36800] += tone(0.3, 0.01 * np.sqrt(2))
    level = levels_db(background)
    assert not active_frames(level)[205:225].all()
    [(first, last)] = runs(active_frames(level, faint=True))
    assert first == pytest.approx(200, abs=4)
    assert last == pytest.approx(230, abs=4)


@pytest.mark.parametrize("rms", [0.0, 1e-5, 0.01, 0.3])
def test_steady_noise_and_silence_have_nothing_that_stands_out(rms: float) -> None:
    level = levels_db(noise(5.0, rms))
    assert not active_frames(level).any()
    assert not active_frames(level, faint=True).any()


def test_a_click_is_no_sound_of_its_own() -> None:
    sound = silence(1.0)
    sound[8000:8040] = 0.9
    assert not active_frames(levels_db(sound)).any()


def test_no_samples_have_no_levels() -> None:
    assert not active_frames(levels_db(silence(0))).size


def test_a_dip_between_two_sounds_is_a_valley_and_a_steady_sound_has_none() -> None:
    dip = [silence(0.5), tone(0.3), tone(0.06, 0.15), tone(0.3), silence(0.5)]
    level = levels_db(np.concatenate(dip))
    [cut] = valleys(level, active_frames(level))
    assert cut == pytest.approx(83, abs=3)
    steady = levels_db(np.concatenate([silence(0.5), tone(0.66), silence(0.5)]))
    assert valleys(steady, active_frames(steady)) == []

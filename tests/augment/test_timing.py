"""Shift, speed, tempo and pitch: where a click goes, how high a tone gets, how long it lasts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kws_core.augment.timing import PitchDraw, ShiftDraw, SpeedDraw, TempoDraw

RATE = 16_000
CLIP = (0.1 * np.random.default_rng(0).standard_normal(RATE)).astype(np.float32)
FACTORS = pytest.mark.parametrize("factor", [0.7, 0.93, 1.08, 1.5])


def tone(frequency: float, first: float = 0.0, last: float = 1.0) -> np.ndarray:
    """One second, with a tone from `first` to `last` in it."""
    time = np.arange(RATE) / RATE
    heard = (time >= first) & (time < last)
    return (0.3 * np.sin(2 * np.pi * frequency * time) * heard).astype(np.float32)


def pitch_of(samples: np.ndarray) -> float:
    """Frequency of the strongest tone in the middle of a second."""
    middle = samples[4000:12_000] * np.hanning(8000)
    return float(np.abs(np.fft.rfft(middle, 2**17)).argmax() * RATE / 2**17)


def heard_from_to(samples: np.ndarray) -> tuple[float, float]:
    """When the sound is louder than half its usual level, in seconds."""
    level = np.convolve(samples**2, np.ones(160) / 160, "same")
    loud = np.flatnonzero(level > 0.25 * np.median(level[level > 0.01 * level.max()]))
    return loud[0] / RATE, loud[-1] / RATE


class TestShift:
    @given(st.floats(-1.5, 1.5))
    def test_is_a_roll_in_which_what_comes_in_is_zero(self, seconds) -> None:
        silence = np.zeros(2 * RATE, np.float32)
        wanted = np.roll(np.concatenate([silence, CLIP, silence]), round(seconds * RATE))
        out = ShiftDraw(seconds).apply(CLIP, RATE)
        assert np.array_equal(out, wanted[2 * RATE : 3 * RATE])

    def test_is_later_if_positive(self) -> None:
        out = ShiftDraw(0.1).apply(CLIP, RATE)
        assert np.array_equal(out[1600:], CLIP[:-1600])
        assert not out[:1600].any()

    def test_is_in_seconds_at_any_rate(self) -> None:
        assert np.array_equal(ShiftDraw(0.1).apply(CLIP, 8000)[800:], CLIP[:-800])


class TestSpeed:
    @FACTORS
    def test_makes_a_tone_higher_by_the_factor(self, factor) -> None:
        assert pitch_of(SpeedDraw(factor).apply(tone(700), RATE)) == pytest.approx(
            700 * factor, rel=1e-3
        )

    @FACTORS
    def test_makes_a_sound_shorter_about_the_centre(self, factor) -> None:
        out = SpeedDraw(factor).apply(tone(700, 0.3, 0.6), RATE)
        wanted = [0.5 + (at - 0.5) / factor for at in (0.3, 0.6)]
        assert heard_from_to(out) == pytest.approx(wanted, abs=0.01)

    def test_leaves_zeros_at_both_ends_of_a_faster_clip(self) -> None:
        out = SpeedDraw(2.0).apply(CLIP, RATE)
        assert not out[:4000].any()
        assert not out[12_000:].any()
        assert out[4000:12_000].all()

    def test_lets_nothing_fold_down(self) -> None:
        out = SpeedDraw(2.0).apply(tone(5000), RATE)  # would be 10 kHz: heard as 6 kHz
        assert np.abs(out[5000:11_000]).max() < 1e-3

    def test_of_one_changes_nothing(self) -> None:
        np.testing.assert_allclose(SpeedDraw(1.0).apply(CLIP, RATE), CLIP, atol=1e-6)


class TestTempo:
    @FACTORS
    def test_leaves_a_tone_as_high_as_it_is(self, factor) -> None:
        assert pitch_of(TempoDraw(factor).apply(tone(700), RATE)) == pytest.approx(700, rel=2e-3)

    @FACTORS
    def test_makes_a_sound_shorter_about_the_centre(self, factor) -> None:
        out = TempoDraw(factor).apply(tone(700, 0.3, 0.6), RATE)
        wanted = [0.5 + (at - 0.5) / factor for at in (0.3, 0.6)]
        assert heard_from_to(out) == pytest.approx(wanted, abs=0.03)


class TestPitch:
    @pytest.mark.parametrize("semitones", [-7, -2.5, 1, 4, 12])
    def test_moves_a_tone_by_the_ratio(self, semitones) -> None:
        out = PitchDraw(semitones).apply(tone(600), RATE)
        assert pitch_of(out) == pytest.approx(600 * 2 ** (semitones / 12), rel=2e-3)

    @pytest.mark.parametrize("semitones", [-4, 4])
    def test_leaves_a_sound_where_and_as_long_as_it_is(self, semitones) -> None:
        out = PitchDraw(semitones).apply(tone(600, 0.3, 0.6), RATE)
        assert heard_from_to(out) == pytest.approx([0.3, 0.6], abs=0.03)
        rms = np.sqrt(np.mean(out[6000:8800] ** 2))
        assert 20 * np.log10(rms / (0.3 / np.sqrt(2))) == pytest.approx(0, abs=1)

    def test_by_nothing_changes_next_to_nothing(self) -> None:
        np.testing.assert_allclose(PitchDraw(0.0).apply(CLIP, RATE), CLIP, atol=2e-3)

"""Draws in words."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.augment import STEP_KINDS, Draw
from kws_core.augment.channel import BandLimitDraw, ResamplingDraw
from kws_core.augment.codec import CodecDraw
from kws_core.augment.level import ClippingDraw, GainDraw
from kws_core.augment.noise import BackgroundDraw, NoiseDraw
from kws_core.augment.room import ReverberationDraw
from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.augment.timing import PitchDraw, ShiftDraw, SpeedDraw, TempoDraw
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.lab.wording import (
    SPARED,
    DrawnNumber,
    drawn_numbers,
    drawn_text,
    fill_text,
    readable_number,
    signed,
)

CONFIG = LogMelConfig()


@pytest.mark.parametrize(
    ("draw", "text"),
    [
        (NoiseDraw("pink", -3.04, 1), "pink noise, −3.0 dB SNR"),
        (BackgroundDraw("another_speaker", 12, 0.25), "another speaker from 25% on, +12.0 dB SNR"),
        (ShiftDraw(0.1234), "123 ms later"),
        (ShiftDraw(-0.05), "50 ms earlier"),
        (GainDraw(-6), "−6.0 dB"),
        (SpeedDraw(1.1), "1.10 times as fast"),
        (TempoDraw(0.9), "0.90 times as fast, same pitch"),
        (PitchDraw(2.5), "+2.5 semitones"),
        (ReverberationDraw(0.4, -10, 1), "RT60 0.40 s, tail −10.0 dB to the direct sound"),
        (BandLimitDraw(300, 3400), "300 to 3400 Hz"),
        (ResamplingDraw(5001), "to 5001 Hz and back: nothing above 2500.5 Hz"),
        (CodecDraw("mp3", 23.6), "MP3 at 24 kbit/s"),
        (ClippingDraw(12), "12.0 dB below the peak"),
        (None, SPARED),
    ],
)
def test_a_drawn_step_is_told_in_its_units(draw: Draw | None, text: str) -> None:
    assert drawn_text(draw) == text


@pytest.mark.parametrize("kind", STEP_KINDS)
def test_every_kind_of_draw_has_its_words(kind: str) -> None:
    assert drawn_text(STEP_KINDS[kind]().draw(np.random.default_rng(0))) != SPARED


def test_drawn_numbers_are_told_in_frames_seconds_bands_and_hertz() -> None:
    draw = SpecAugmentDraw(40, 98, 49, -8, ((0, 40), (5, 0)), ((0, 98), (10, 5)))
    times = CONFIG.frame_times
    assert drawn_numbers(draw, CONFIG) == (
        DrawnNumber("warp", "w0 = 49, w = −8", f"{times[49]:.2f} to {times[41]:.2f} s"),
        DrawnNumber("f1", "f0 = 0, f = 40", "0 to 4000 Hz"),
        DrawnNumber("f2", "f0 = 5, f = 0", "nothing"),
        DrawnNumber("t1", "t0 = 0, t = 98", "0.01 to 0.99 s"),
        DrawnNumber("t2", "t0 = 10, t = 5", "0.11 to 0.16 s"),
    )
    assert drawn_numbers(SpecAugmentDraw(40, 98, None, 0, (), ()), CONFIG) == ()


def test_a_point_that_stays_is_told_without_a_sign() -> None:
    (warp,) = drawn_numbers(SpecAugmentDraw(40, 98, 20, 0, (), ()), CONFIG)
    assert warp.numbers == "w0 = 20, w = 0"


def test_fills_are_told_with_the_numbers_of_the_picture() -> None:
    picture = np.array([[-60.0, -20.0, -20.0, 20.0]], np.float32) / np.float32(LN_TO_DB)
    assert "−20 dB" in fill_text("mean", picture)
    zero = fill_text("zero", picture)
    assert "bright bar" in zero
    assert "75%" in zero
    assert "−60 dB to 20 dB" in zero
    assert "−60 dB" in fill_text("minimum", picture)
    assert "28 dB" in fill_text("noise", picture)
    loud = picture + np.float32(100 / LN_TO_DB)
    assert "bright bar" not in fill_text("zero", loud)


def test_numbers_have_a_true_minus_and_no_needless_zeros() -> None:
    assert signed(-2.345) == "−2.3"
    assert signed(2, 0) == "+2"
    assert readable_number(-3.0) == "−3"
    assert readable_number(-0.01) == "0"
    assert readable_number(2.54, 2) == "2.54"

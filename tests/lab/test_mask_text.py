"""SpecAugment in words and numbers."""

from __future__ import annotations

import numpy as np

from kws_core.augment.policies import LD, SpecAugmentPolicy
from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.lab.mask_text import drawn_numbers, fill_text, too_large
from kws_core.lab.published import DEFAULT

CONFIG = LogMelConfig()


def test_drawn_numbers_are_told_in_frames_seconds_bands_and_hertz() -> None:
    draw = SpecAugmentDraw(40, 98, 49, -8, ((0, 40), (5, 0)), ((0, 98), (10, 5)))
    times = CONFIG.frame_times
    assert drawn_numbers(draw, CONFIG) == [
        ("warp", "w0 = 49, w = −8", f"{times[49]:.2f} to {times[41]:.2f} s"),
        ("f1", "f0 = 0, f = 40", "0 to 4000 Hz"),
        ("f2", "f0 = 5, f = 0", "empty"),
        ("t1", "t0 = 0, t = 98", "0.01 to 0.99 s"),
        ("t2", "t0 = 10, t = 5", "0.11 to 0.16 s"),
    ]
    assert drawn_numbers(SpecAugmentDraw(40, 98), CONFIG) == []


def test_a_point_that_stays_is_told_without_a_sign() -> None:
    (warp,) = drawn_numbers(SpecAugmentDraw(40, 98, 20), CONFIG)
    assert warp[1] == "w0 = 20, w = 0"


def test_fills_are_told_with_the_numbers_of_the_picture() -> None:
    picture = np.array([[-60.0, -20.0, -20.0, 20.0]], np.float32) / np.float32(LN_TO_DB)
    assert "−20 dB" in fill_text("mean", picture)
    zero = fill_text("zero", picture)
    assert "looks like loud sound" in zero
    assert "75%" in zero
    assert "−60 dB to 20 dB" in zero
    assert "−60 dB" in fill_text("minimum", picture)
    assert "28 dB" in fill_text("noise", picture)
    loud = picture + np.float32(100 / LN_TO_DB)
    assert "looks like loud sound" not in fill_text("zero", loud)


def test_what_does_not_fit_a_second_is_said() -> None:
    time, warp, bands = too_large(LD, 40, 98)
    assert "T = 100" in time
    assert "all of the 98 frames" in time
    assert "W = 80" in warp
    assert "nothing is warped" in warp
    assert "F = 27" in bands
    assert "68%" in bands
    assert too_large(DEFAULT.policy, 40, 98) == ()
    assert too_large(SpecAugmentPolicy(), 40, 98) == ()


def test_the_share_of_the_clip_limits_what_is_said_of_time_masks() -> None:
    assert too_large(SpecAugmentPolicy(0, 0, 0, 70, 0.2, 2), 40, 98) == ()
    (said,) = too_large(SpecAugmentPolicy(0, 0, 0, 70, 0.6, 2), 40, 98)
    assert "may hide 58 of the 98 frames" in said

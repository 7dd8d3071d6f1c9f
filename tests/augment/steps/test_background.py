"""The background step: which piece of a recording is added."""

import numpy as np
import pytest

from kws_core.augment.noise import add_at_snr
from kws_core.augment.steps.background import BackgroundDraw
from kws_core.errors import AugmentError

RATE = 16_000
CLIP = (0.05 * np.random.default_rng(0).standard_normal(RATE // 2)).astype(np.float32)


RAMP = np.arange(1.0, 20_001.0, dtype=np.float32)


@pytest.mark.parametrize(("position", "start"), [(0.0, 0), (0.5, 6000), (0.99999, 12_000)])
def test_a_background_takes_a_piece_from_the_drawn_position(position, start) -> None:
    drawn = BackgroundDraw("tap", 10.0, position)
    out = drawn.apply(CLIP, RATE, {"tap": RAMP})
    piece = RAMP[start : start + len(CLIP)]
    assert drawn.offset(len(RAMP), len(CLIP)) == start
    np.testing.assert_allclose(out, add_at_snr(CLIP, piece, 10.0), atol=1e-6)


def test_a_background_repeats_a_recording_that_is_shorter_than_the_clip() -> None:
    out = BackgroundDraw("tap", 10.0, 0.7).apply(CLIP, RATE, {"tap": RAMP[:3000]})
    piece = np.tile(RAMP[:3000], 3)[: len(CLIP)]
    np.testing.assert_allclose(out, add_at_snr(CLIP, piece, 10.0), atol=1e-6)


def test_a_background_that_is_not_at_hand_is_named_with_those_that_are() -> None:
    with pytest.raises(AugmentError, match=r"no recording 'tap'.*\(rain, wind\)"):
        BackgroundDraw("tap", 10.0, 0.7).apply(CLIP, RATE, {"rain": CLIP, "wind": CLIP})
    with pytest.raises(AugmentError, match=r"no recording 'tap'.*\(none\)"):
        BackgroundDraw("tap", 10.0, 0.7).apply(CLIP, RATE)


@pytest.mark.parametrize("recording", [np.zeros(90, np.float32), np.zeros(0, np.float32)])
def test_a_background_that_holds_no_sound_changes_nothing(recording) -> None:
    out = BackgroundDraw("tap", 0.0, 0.0).apply(CLIP, RATE, {"tap": recording})
    assert np.array_equal(out, CLIP)

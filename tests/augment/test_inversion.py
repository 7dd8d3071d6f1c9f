"""The sound of a masked picture: it has that picture, and is the clip where nothing is hidden."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.waveform import Samples
from kws_core.augment.inversion import sound_of_picture
from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from tests.helpers.recipe_models import tone, toy_picture_model, word

CONFIG = LogMelConfig()
NOTHING = SpecAugmentDraw(40, 98)


def picture_of(samples: Samples) -> np.ndarray:
    return toy_picture_model().features(samples)


def inverted(samples: Samples, masks: SpecAugmentDraw, fill: str = "mean") -> Samples:
    picture = masks.apply(picture_of(samples), fill).numpy()
    return sound_of_picture(samples, picture, masks, CONFIG)


def test_a_picture_without_masks_is_the_clip_below_four_kilohertz() -> None:
    samples = word().samples
    sound = inverted(samples, NOTHING)
    assert sound.shape == samples.shape
    assert sound.dtype == np.float32
    below = np.fft.rfft(samples)
    below[4000:] = 0  # bins are 1 Hz apart
    expected = np.fft.irfft(below)
    assert np.square(sound - expected).mean() < 0.003 * np.square(expected).mean()


@pytest.mark.parametrize(
    "masks",
    [
        SpecAugmentDraw(40, 98, None, 0, ((5, 8), (24, 6)), ((30, 9),)),
        SpecAugmentDraw(40, 98, 49, 8, ((22, 4),), ((40, 4), (26, 4))),
        SpecAugmentDraw(40, 98, 40, -8, (), ()),
    ],
    ids=["masks", "masks and warp", "warp"],
)
@pytest.mark.parametrize("name", ["marvin", "yes"])
def test_the_sound_has_the_picture_it_was_made_of(masks: SpecAugmentDraw, name: str) -> None:
    samples = word(name).samples
    picture = masks.apply(picture_of(samples)).numpy()
    error = np.abs(picture_of(inverted(samples, masks)) - picture) * LN_TO_DB
    loud = picture > picture.max() - 9 / LN_TO_DB
    assert error[loud].mean() < 1.0  # dB
    assert error.mean() < 2.0


def test_what_is_masked_with_the_minimum_can_no_longer_be_heard() -> None:
    samples = tone(440.0).samples
    band = int(np.abs(CONFIG.centre_frequencies.numpy() - 440.0).argmin())
    sound = inverted(samples, SpecAugmentDraw(40, 98, None, 0, ((band - 4, 9),), ()), "minimum")
    assert np.square(sound).mean() < 1e-3 * np.square(samples).mean()


def test_a_warp_moves_the_sound() -> None:
    click = np.zeros(16_000, np.float32)
    click[8000:8160] = 0.5
    at = 49
    sound = inverted(click, SpecAugmentDraw(40, 98, at, 8, (), ()))
    moved = np.abs(sound).argmax() / 160 - np.abs(inverted(click, NOTHING)).argmax() / 160
    assert moved == pytest.approx(8, abs=1.5)  # frames


def test_levels_are_kept() -> None:
    samples = word().samples
    masks = SpecAugmentDraw(40, 98, None, 0, (), ((80, 10),))
    quiet = inverted(samples * np.float32(0.1), masks)
    loud = inverted(samples, masks)
    assert np.abs(loud).max() / np.abs(quiet).max() == pytest.approx(10, rel=0.1)


def test_digital_silence_stays_next_to_nothing() -> None:
    sound = inverted(np.zeros(16_000, np.float32), SpecAugmentDraw(40, 98, None, 0, ((0, 9),), ()))
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() < 0.01

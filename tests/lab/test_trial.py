"""A recipe tried: sound, log-mel and answers are the same as without this package."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.augment import Chain
from kws_core.augment.policies import LD
from kws_core.augment.specaugment import draw
from kws_core.augment.steps.background import Background
from kws_core.augment.steps.gain import Gain
from kws_core.augment.steps.noise import Noise
from kws_core.augment.steps.shift import Shift
from kws_core.errors import AugmentError
from kws_core.lab import Recipe, Second
from tests.helpers.recipe_models import (
    real_model,
    tone,
    toy_picture_model,
    toy_wave_model,
    trial,
    word,
)


def gain(gain_db: float) -> Gain:
    return Gain(min_gain_db=gain_db, max_gain_db=gain_db)


CHAIN = Chain([Shift(), Noise(max_snr_db=5.0), gain(-6.0)])
MASKS = LD.scaled(40, 98)


def test_a_chain_does_what_it_does_on_its_own() -> None:
    second = word()
    tried = trial(second, Recipe(chain=CHAIN, seed=3))
    expected = CHAIN(second.samples, 16_000, seed=3)
    np.testing.assert_array_equal(tried.sound(), expected)
    stages = tried.stages()
    assert [stage.step.name for stage in stages] == ["shift", "noise", "gain"]
    for number, stage in enumerate(stages, 1):
        sound = CHAIN.draw(3)[:number]
        partly = Chain(CHAIN[:number])(second.samples, 16_000, seed=3)
        assert stage.draw == sound[-1]
        np.testing.assert_array_equal(stage.samples, partly)
        np.testing.assert_array_equal(stage.log_mel, real_model().features(partly))
        np.testing.assert_array_equal(tried.after_step(number).sound(), partly)


def test_a_step_that_a_draw_leaves_out_leaves_the_sound() -> None:
    second = word()
    (stage,) = trial(second, Recipe(chain=Chain([Gain(probability=0.0)]))).stages()
    assert stage.draw is None
    assert stage.samples is second.samples


def test_only_what_comes_after_a_change_is_computed_again() -> None:
    tried = trial(word(), Recipe(chain=CHAIN))
    before = tried.stages()
    after = tried.of(Recipe(chain=Chain([*CHAIN[:2], gain(-9.0)]))).stages()
    assert after[0].samples is before[0].samples
    assert after[1].log_mel is before[1].log_mel
    assert after[2].samples is not before[2].samples


def test_a_recording_that_is_missing_is_named() -> None:
    recipe = Recipe(chain=Chain([Background(recordings=("tap",))]))
    with pytest.raises(AugmentError, match="no recording 'tap'"):
        trial(tone(), recipe).sound()
    with_tap = Second(tone().samples, recordings={"tap": tone(900).samples})
    assert trial(with_tap, recipe).sound().any()


def test_a_draw_is_heard_as_the_recognizer_hears_it() -> None:
    second, model = word(), real_model()
    tried = trial(second, Recipe(chain=CHAIN, seed=4))
    before = model.classify(second.samples, 16_000)
    after = model.classify(CHAIN(second.samples, 16_000, seed=4), 16_000)
    assert tried.answer_before(model) == tried.unchanged.answer(model) == before
    assert tried.answer(model) == after
    assert tried.flips(model) == (after.label != before.label)


def test_masks_are_put_on_the_log_mel_that_the_model_takes() -> None:
    second, model = word(), real_model()
    tried = trial(second, Recipe(chain=CHAIN, masks=MASKS, fill="minimum", seed=4))
    log_mel = model.features(CHAIN(second.samples, 16_000, seed=4))
    masks = draw(MASKS, 40, 98, seed=4)
    hidden = masks.apply(log_mel, "minimum").numpy()
    assert tried.masks() == masks
    np.testing.assert_array_equal(tried.masked(), hidden)
    expected = model.posteriors_of_features(hidden[None])[0]
    got = tried.answer(model)
    assert got.score == pytest.approx(expected.max())
    assert got.label == model.labels[expected.argmax()]
    assert list(got.scores.values()) == pytest.approx(sorted(expected, reverse=True))


def test_without_masks_log_mel_and_sound_stay_themselves() -> None:
    tried = trial(tone(), Recipe(chain=CHAIN, fill="zero"))
    assert tried.masked() is tried.log_mel()
    assert tried.masked_sound() is tried.sound()
    assert tried.of(Recipe(masks=MASKS)).masked_sound() is not tried.second.samples


def test_a_model_of_waves_hears_sounds_but_no_masks() -> None:
    waves, log_mels = toy_wave_model(), toy_picture_model()
    sound = trial(tone(), Recipe(chain=CHAIN, seed=1), waves, log_mels)
    assert sound.hearing == (waves, log_mels)
    assert sound.of(Recipe(masks=MASKS)).hearing == (log_mels,)
    prediction = sound.answer(waves)
    assert set(prediction.scores) == set(waves.labels)
    assert sum(prediction.scores.values()) == pytest.approx(1.0)

"""One draw applied, and what models hear: the same as without this package."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.augment import Background, Chain, Gain, Noise, Shift
from kws_core.augment.specaugment import LD, draw
from kws_core.errors import AugmentError
from kws_core.lab import Recipe, Second
from kws_core.lab.trial import (
    can_hear,
    heard,
    heard_before,
    masked,
    picture_after,
    sound_after,
    stages_of,
)
from tests.helpers.recipe_models import real_model, tone, toy_picture_model, toy_wave_model, word

pytestmark = pytest.mark.usefixtures("one_thread")

CHAIN = Chain((Shift((-0.1, 0.1)), Noise((0.0, 5.0)), Gain((-6.0, -6.0))))
MASKS = LD.scaled(40, 98)


def test_a_chain_does_what_it_does_on_its_own() -> None:
    second = word()
    expected = CHAIN.draw(3).apply(second.samples, 16_000)
    np.testing.assert_array_equal(sound_after(second, CHAIN, 3), expected)
    stages = stages_of(second, CHAIN, 3)
    assert [stage.step.name for stage in stages] == ["shift", "noise", "gain"]
    np.testing.assert_array_equal(stages[-1].samples, expected)
    for stage, (_, samples) in zip(
        stages, CHAIN.draw(3).stages(second.samples, 16_000), strict=True
    ):
        np.testing.assert_array_equal(stage.samples, samples)


def test_a_step_that_a_draw_is_spared_leaves_the_sound() -> None:
    second = word()
    (stage,) = stages_of(second, Chain((Gain(probability=0.0),)), 0)
    assert stage.draw is None
    assert stage.samples is second.samples


def test_only_what_comes_after_a_change_is_computed_again() -> None:
    second = word()
    before = stages_of(second, CHAIN, 3)
    changed = Chain((*CHAIN.steps[:2], Gain((-9.0, -9.0))))
    after = stages_of(second, changed, 3)
    assert after[0].samples is before[0].samples
    assert after[1].samples is before[1].samples
    assert after[2].samples is not before[2].samples


def test_a_recording_that_is_not_there_is_told() -> None:
    with pytest.raises(AugmentError, match="no recording 'tap'"):
        sound_after(tone(), Chain((Background(("tap",)),)), 0)
    with_tap = Second(tone().samples, recordings={"tap": tone(900).samples})
    assert sound_after(with_tap, Chain((Background(("tap",)),)), 0).any()


def test_a_draw_is_heard_as_the_recognizer_hears_it() -> None:
    second, model = word(), real_model()
    assert heard_before(second, model) == model.classify(second.samples, 16_000)
    recipe = Recipe(chain=CHAIN, seed=4)
    direct = model.classify(CHAIN.draw(4).apply(second.samples, 16_000), 16_000)
    assert heard(second, recipe, model) == direct


def test_masks_are_put_on_the_log_mel_that_the_model_takes() -> None:
    second, model = word(), real_model()
    recipe = Recipe(chain=CHAIN, masks=MASKS, fill="minimum", seed=4)
    log_mel = model.features(CHAIN.draw(4).apply(second.samples, 16_000))
    hidden = draw(MASKS, 40, 98, seed=4).apply(log_mel, "minimum").numpy()
    expected = model.posteriors_of_features(hidden[None])[0]
    got = heard(second, recipe, model)
    assert got.score == pytest.approx(expected.max())
    assert got.label == model.labels[expected.argmax()]
    assert list(got.scores.values()) == pytest.approx(sorted(expected, reverse=True))


def test_without_masks_a_picture_stays_itself() -> None:
    picture = picture_after(tone(), Chain(), 0, toy_picture_model())
    assert masked(picture, Recipe().masks, 0, "zero") is picture


def test_a_model_of_waves_hears_sounds_but_no_masks() -> None:
    model = toy_wave_model()
    assert can_hear(Recipe(chain=CHAIN), model)
    assert not can_hear(Recipe(masks=MASKS), model)
    assert can_hear(Recipe(masks=MASKS), toy_picture_model())
    prediction = heard(tone(), Recipe(chain=CHAIN, seed=1), model)
    assert set(prediction.scores) == set(model.labels)
    assert sum(prediction.scores.values()) == pytest.approx(1.0)

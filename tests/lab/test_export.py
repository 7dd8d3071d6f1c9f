"""Recipes taken along: the code runs and computes the same."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kws_core.audio.one_second import cut_second
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import to_wav
from kws_core.augment import (
    STEP_KINDS,
    Background,
    BandLimit,
    Chain,
    Clipping,
    Codec,
    Gain,
    Noise,
    Reverberation,
    Shift,
    Speed,
)
from kws_core.augment.policies import LD, SpecAugmentPolicy
from kws_core.lab import Recipe, Second
from kws_core.lab.backgrounds import made_backgrounds
from kws_core.lab.export import as_python, as_training, policy_text, training_form
from kws_core.lab.trial import heard, sound_after
from kws_core.samples import get_sample
from kws_core.training.batches.augmentation import AugmentSettings
from tests.helpers.recipe_models import real_model

pytestmark = pytest.mark.usefixtures("one_thread")

MASKS = LD.scaled(40, 98)
RECIPES = {
    "nothing": Recipe(),
    "masks": Recipe(masks=MASKS, fill="noise", seed=3),
    "sound": Recipe(chain=Chain((Shift(), Noise((0.0, 3.0), ("pink",)))), seed=4),
    "both": Recipe(
        chain=Chain((Background(("rain", "voices"), (0.0, 5.0)), Gain(name="louder"))),
        masks=MASKS,
        fill="zero",
        seed=5,
    ),
}


def run(code: str) -> tuple[dict[str, Any], str]:
    """Run exported code; returns its names and what it prints."""
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, "exported.py", "exec"), names)
    return names, printed.getvalue()


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
@pytest.mark.parametrize(("sample", "start"), [("marvin", None), ("several_words", 3.25)])
def test_exported_python_hears_what_the_page_hears(
    recipe: Recipe, sample: str, start: float | None
) -> None:
    clip = read_audio(get_sample(sample).path).samples
    second = Second(cut_second(clip, 16_000, start or 0.0), recordings=made_backgrounds())
    expected = heard(second, recipe, real_model())
    names, printed = run(as_python(recipe, "ds-resnet", sample, start))
    np.testing.assert_array_equal(names["sound"], sound_after(second, recipe.chain, recipe.seed))
    assert printed == f"{expected.label} {expected.score:.1%}\n"


def test_exported_python_reads_files_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).normal(0, 0.1, 32_000).astype(np.float32)
    for name in ("clip", "my_recording"):
        (tmp_path / f"{name}.wav").write_bytes(to_wav(noise, 16_000))
    recipe = Recipe(chain=Chain((Background(("my_recording",)),)))
    names, printed = run(as_python(recipe, "ds-resnet"))
    assert set(names["recordings"]) == {*made_backgrounds(), "my_recording"}
    assert printed.endswith("%\n")


@pytest.mark.parametrize("kind", STEP_KINDS)
def test_every_step_is_written_so_that_it_comes_back(kind: str) -> None:
    step = STEP_KINDS[kind](probability=0.5, name="x")
    code = as_python(Recipe(chain=Chain((step,))), "ds-resnet", "yes")
    end = "recordings = " if kind == Background.kind else "sound = chain.draw"
    names, _ = run(code[: code.index(end)])
    assert names["chain"] == Chain((step,))


def test_a_policy_is_written_so_that_it_comes_back() -> None:
    policy = SpecAugmentPolicy(1, 2, 3, 4, 0.25, 6)
    assert eval(policy_text(policy), {"SpecAugmentPolicy": SpecAugmentPolicy}) == policy
    assert policy_text(SpecAugmentPolicy()) == "SpecAugmentPolicy()"


def training_settings(recipe: Recipe) -> AugmentSettings:
    settings = run(as_training(recipe))[0]["settings"]
    assert isinstance(settings, AugmentSettings)
    return settings


def test_training_settings_have_what_training_can_do() -> None:
    recipe = Recipe(
        chain=Chain(
            (
                Shift((-0.15, 0.15), probability=0.7),
                Speed((0.9, 1.05)),
                Noise((3.0, 12.0), probability=0.4),
                Reverberation(probability=0.3),
                BandLimit(probability=0.2),
                Clipping(probability=0.1),
                Gain((-9.0, 3.0)),
            )
        ),
        masks=MASKS,
    )
    settings = training_settings(recipe)
    assert settings.max_shift == 15  # frames of 10 ms
    assert settings.stay_share == 0.3
    assert settings.stretch_time == pytest.approx(0.1)
    assert (settings.noise_share, settings.snr_db) == (0.4, (3.0, 12.0))
    assert settings.reverb_share == 0.3
    assert settings.band_limit_share == 0.2
    assert settings.clip_share == 0.1
    assert settings.gain_db == (-9.0, 3.0)
    assert settings.masks == MASKS


def test_what_a_recipe_does_not_have_is_off_in_training() -> None:
    settings = training_settings(Recipe())
    assert settings.masks == SpecAugmentPolicy()
    assert settings.max_shift == 0
    assert settings.gain_db == (0.0, 0.0)
    shares = (
        settings.noise_share,
        settings.babble_share,
        settings.reverb_share,
        settings.neighbour_share,
        settings.cut_share,
        settings.clip_share,
        settings.band_limit_share,
        settings.stretch_time,
        settings.stretch_bands,
        settings.curve_db,
    )
    assert not any(shares)
    # What a batch is made of has nothing to do with a recipe.
    assert settings.silence_share == AugmentSettings().silence_share


def test_what_training_cannot_do_is_told() -> None:
    recipe = Recipe(
        chain=Chain((Codec(), Shift((0.0, 0.1)), Gain(probability=0.5))), masks=MASKS, fill="zero"
    )
    told = training_form(recipe).left_out
    for words in ("MP3 or Opus", "Shift", "Gain", "fill 'zero'"):
        assert any(words in sentence for sentence in told)
    text = as_training(recipe)
    assert all(f"# Not in it: {sentence}" in text for sentence in told)
    run(text)


def test_lines_stay_readable() -> None:
    for recipe in RECIPES.values():
        longest = max(map(len, as_python(recipe, "ds-resnet", "marvin").splitlines()))
        assert longest <= 88

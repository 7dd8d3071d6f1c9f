"""Recipes as Python: the code runs and computes the same."""

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
from kws_core.augment import STEPS, Chain
from kws_core.augment.policies import LD, SpecAugmentPolicy
from kws_core.augment.steps.background import Background
from kws_core.augment.steps.gain import Gain
from kws_core.augment.steps.noise import Noise
from kws_core.augment.steps.shift import Shift
from kws_core.lab import Recipe, Second, Trial
from kws_core.lab.backgrounds import made_backgrounds
from kws_core.lab.python_code import as_python, policy_text
from kws_core.samples import get_sample
from tests.helpers.recipe_models import real_model

MASKS = LD.scaled(40, 98)
RECIPES = {
    "nothing": Recipe(),
    "masks": Recipe(masks=MASKS, fill="noise", seed=3),
    "sound": Recipe(chain=Chain([Shift(), Noise(max_snr_db=3.0, colors=("pink",))]), seed=4),
    "both": Recipe(
        chain=Chain(
            [Background(recordings=("rain", "voices"), max_snr_db=5.0), Gain(name="louder")]
        ),
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
    trial = Trial(second, recipe, (real_model(),), real_model())
    expected = trial.answer(real_model())
    names, printed = run(as_python(recipe, "ds-resnet", sample, start))
    np.testing.assert_array_equal(names["sound"], trial.sound())
    assert printed == f"{expected.label} {expected.score:.1%}\n"


def test_exported_python_reads_files_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).normal(0, 0.1, 32_000).astype(np.float32)
    for name in ("clip", "my_recording"):
        (tmp_path / f"{name}.wav").write_bytes(to_wav(noise, 16_000))
    recipe = Recipe(chain=Chain([Background(recordings=("my_recording",))]))
    names, printed = run(as_python(recipe, "ds-resnet"))
    assert set(names["recordings"]) == {*made_backgrounds(), "my_recording"}
    assert printed.endswith("%\n")


@pytest.mark.parametrize("kind", STEPS)
def test_every_step_is_written_so_that_it_comes_back(kind: str) -> None:
    step = STEPS[kind](probability=0.5, name="x")
    code = as_python(Recipe(chain=Chain([step])), "ds-resnet", "yes")
    end = "recordings = " if kind == Background.kind else "sound = chain("
    names, _ = run(code[: code.index(end)])
    assert names["chain"] == Chain([step])


def test_a_policy_is_written_so_that_it_comes_back() -> None:
    policy = SpecAugmentPolicy(1, 2, 3, 4, 0.25, 6)
    assert eval(policy_text(policy), {"SpecAugmentPolicy": SpecAugmentPolicy}) == policy
    assert policy_text(SpecAugmentPolicy()) == "SpecAugmentPolicy()"


def test_lines_stay_readable() -> None:
    for recipe in RECIPES.values():
        longest = max(map(len, as_python(recipe, "ds-resnet", "marvin").splitlines()))
        assert longest <= 88

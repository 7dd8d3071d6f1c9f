"""One draw of a recipe applied to a second of sound, and what a model makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment import Chain, Draw, Step
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.augment.specaugment import Fill, SpecAugmentDraw, draw
from kws_core.lab.recipe import Recipe, has_masks
from kws_core.lab.second import Second
from kws_core.spotting.recognizer import BATCH_SIZE, Prediction, Recognizer


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of a chain as it was drawn, None if this draw is spared it, and the sound after."""

    step: Step
    draw: Draw | None
    samples: Samples


def sound_after(second: Second, chain: Chain, seed: int) -> Samples:
    """Return the second after all steps of a chain, float32 (n,)."""
    stages = stages_of(second, chain, seed)
    return stages[-1].samples if stages else second.samples


def stages_of(second: Second, chain: Chain, seed: int) -> tuple[Stage, ...]:
    """Return what each step of a chain does, in order; only changed steps are computed anew.

    Raises AugmentError if a step can't be applied.
    """
    stages: list[Stage] = []
    samples = second.samples
    drawn = chain.draw(seed).draws
    for i, (step, (_, step_draw)) in enumerate(zip(chain.steps, drawn, strict=True)):
        key = ("stage", chain.steps[: i + 1], seed)

        def apply(sound: Samples = samples, step_draw: Draw | None = step_draw) -> Samples:
            if step_draw is None:
                return sound
            return step_draw.apply(sound, SAMPLE_RATE, second.recordings)

        samples = second.recall(key, apply)
        stages.append(Stage(step, step_draw, samples))
    return tuple(stages)


def picture_after(second: Second, chain: Chain, seed: int, recognizer: Recognizer) -> Floats:
    """Return what the model's front end makes of the second after a chain, (bands, frames)."""
    key = ("picture", chain, seed if chain.steps else None, recognizer)
    return second.recall(key, lambda: recognizer.features(sound_after(second, chain, seed)))


def masks_of(policy: SpecAugmentPolicy, picture: Floats, seed: int) -> SpecAugmentDraw:
    """Draw for a picture (bands, frames)."""
    return draw(policy, picture.shape[0], picture.shape[1], seed)


def masked(picture: Floats, policy: SpecAugmentPolicy, seed: int, fill: Fill) -> Floats:
    """Return a picture with the masks of a seed, (bands, frames); itself if there are none."""
    if not has_masks(policy):
        return picture
    return np.asarray(masks_of(policy, picture, seed).apply(picture, fill).numpy())


def takes_masks(recognizer: Recognizer) -> bool:
    """Whether SpecAugment applies to what a model takes: a log-mel picture."""
    return recognizer.log_mel_config() is not None


def can_hear(recipe: Recipe, recognizer: Recognizer) -> bool:
    """Whether a recipe applies to a model: any does that has no masks."""
    return takes_masks(recognizer) or not has_masks(recipe.masks)


def heard(second: Second, recipe: Recipe, recognizer: Recognizer) -> Prediction:
    """Return what a model makes of the recipe's own draw; `can_hear` must be true."""
    key = ("heard", recipe.chain, recipe.masks, recipe.fill, recipe.seed, recognizer)

    def compute() -> Prediction:
        if not has_masks(recipe.masks):
            samples = sound_after(second, recipe.chain, recipe.seed)
            return predictions(recognizer.labels, recognizer.posteriors(samples[None]))[0]
        picture = picture_after(second, recipe.chain, recipe.seed, recognizer)
        hidden = masked(picture, recipe.masks, recipe.seed, recipe.fill)
        return predictions(recognizer.labels, posteriors_of_pictures(recognizer, hidden[None]))[0]

    return second.recall(key, compute)


def heard_before(second: Second, recognizer: Recognizer) -> Prediction:
    """Return what a model makes of the second as it is."""
    return heard(second, Recipe(), recognizer)


def posteriors_of_pictures(recognizer: Recognizer, pictures: Floats) -> Floats:
    """Return the probabilities (n, labels) of pictures (n, bands, frames), some at a time."""
    rows = [
        recognizer.posteriors_of_features(pictures[start : start + BATCH_SIZE])
        for start in range(0, len(pictures), BATCH_SIZE)
    ]
    return np.concatenate(rows)


def predictions(labels: Sequence[str], rows: npt.NDArray[np.floating]) -> list[Prediction]:
    """Return probabilities (n, labels) as predictions, the scores of each best first."""
    made = []
    for row in rows:
        order = np.argsort(-row, kind="stable")
        scores = {labels[i]: float(row[i]) for i in order}
        best = labels[order[0]]
        made.append(Prediction(best, scores[best], scores))
    return made

"""How well a word survives a recipe: over many draws, and along one knob."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.augment.specaugment import apply_draws
from kws_core.lab.knobs import Knob
from kws_core.lab.recipe import LARGEST_SEED, NO_STEPS, Recipe, has_masks
from kws_core.lab.second import Second
from kws_core.lab.trial import masks_of, picture_after, posteriors_of_pictures, takes_masks
from kws_core.spotting.recognizer import Recognizer


@dataclass(frozen=True, eq=False)
class Scores:
    """The probabilities of a model's labels, one row for each draw, ``(n, labels)``."""

    labels: tuple[str, ...]
    rows: Floats

    @property
    def heard(self) -> tuple[str, ...]:
        """The best label of every draw."""
        return tuple(self.labels[best] for best in self.rows.argmax(axis=1))

    @property
    def best(self) -> Floats:
        """The score of every draw's best label, (n,)."""
        return np.asarray(self.rows.max(axis=1))

    def of(self, label: str) -> Floats:
        """Return a label's score in every draw, (n,)."""
        return self.rows[:, self.labels.index(label)]

    def kept(self, label: str) -> int:
        """Return in how many draws a label is the best."""
        return sum(heard == label for heard in self.heard)


@dataclass(frozen=True, eq=False)
class Sweep:
    """What a model hears along a knob: at each of `values`, `n_draws` rows of scores."""

    values: tuple[float, ...]
    n_draws: int
    scores: Scores

    def of(self, label: str) -> Floats:
        """Return a label's score, ``(values, draws)``."""
        return self.scores.of(label).reshape(len(self.values), self.n_draws)

    @property
    def heard(self) -> tuple[str, ...]:
        """The best label of the first draw at each value."""
        return self.scores.heard[:: self.n_draws]


@dataclass(frozen=True)
class Run:
    """A stretch of a sweep with one best label: its first and last value."""

    label: str
    first: float
    last: float


def seeds_from(seed: int, n: int) -> tuple[int, ...]:
    """Return the seeds of `n` draws, the first of them `seed`."""
    return tuple((seed + i) % (LARGEST_SEED + 1) for i in range(n))


def seeds_around(seed: int, n: int) -> tuple[int, ...]:
    """Return the block of `n` seeds that a seed is in: from 0, from n, from 2 n ...

    So the next draw is mostly one of those that were computed already.
    """
    return seeds_from(seed // n * n, n)


def pictures_of_draws(
    second: Second, recipe: Recipe, seeds: Sequence[int], recognizer: Recognizer
) -> Floats:
    """Return what the model sees in each draw, (n, bands, frames)."""
    key = ("pictures", recipe.chain, recipe.masks, recipe.fill, tuple(seeds), recognizer)
    return second.recall(key, lambda: _pictures(second, recipe, seeds, recognizer))


def scores_of_draws(
    second: Second, recipe: Recipe, seeds: Sequence[int], recognizer: Recognizer
) -> Scores:
    """Return what a model hears in the draws of some seeds; the recipe's own plays no part.

    `can_hear` must be true of recipe and model. Raises AugmentError if a step can't be applied.
    """
    key = ("draws", recipe.chain, recipe.masks, recipe.fill, tuple(seeds), recognizer)

    def compute() -> Scores:
        if not takes_masks(recognizer):
            return _scores(second, [recipe], seeds, recognizer)
        pictures = pictures_of_draws(second, recipe, seeds, recognizer)
        return Scores(recognizer.labels, posteriors_of_pictures(recognizer, pictures))

    return second.recall(key, compute)


def sweep(
    second: Second, recipe: Recipe, knob: Knob, recognizer: Recognizer, n_draws: int = 1
) -> Sweep:
    """Return what a model hears at every possible value of a knob, in `n_draws` draws.

    The first is the recipe's own; they are the same at every value, stretched to it. At least one
    value must be possible. Raises as `scores_of_draws`.
    """
    seeds = seeds_from(recipe.seed, n_draws)
    key = ("sweep", recipe.chain, recipe.masks, recipe.fill, seeds, knob, recognizer)

    def compute() -> Sweep:
        values = knob.possible(recipe)
        turned = [knob.set(recipe, value) for value in values]
        return Sweep(values, n_draws, _scores(second, turned, seeds, recognizer))

    return second.recall(key, compute)


def runs_of(sweep: Sweep) -> tuple[Run, ...]:
    """Return the stretches of a sweep's first draw between which the best label flips."""
    pairs = zip(sweep.heard, sweep.values, strict=True)
    found = []
    for label, group in groupby(pairs, key=lambda pair: pair[0]):
        values = [value for _, value in group]
        found.append(Run(label, values[0], values[-1]))
    return tuple(found)


def _scores(
    second: Second, recipes: Sequence[Recipe], seeds: Sequence[int], recognizer: Recognizer
) -> Scores:
    """Score all draws of all recipes together: a batch is quicker than one after the other."""
    if not takes_masks(recognizer):
        sounds = [_sounds(second, recipe, seeds) for recipe in recipes]
        rows = recognizer.posteriors(np.concatenate([np.stack(some) for some in sounds]))
        alike = len(rows) < len(recipes) * len(seeds)
        rows = np.repeat(rows, len(seeds), axis=0) if alike else rows
    else:
        pictures = [_pictures(second, recipe, seeds, recognizer) for recipe in recipes]
        rows = posteriors_of_pictures(recognizer, np.concatenate(pictures))
    return Scores(recognizer.labels, rows)


def _pictures(
    second: Second, recipe: Recipe, seeds: Sequence[int], recognizer: Recognizer
) -> Floats:
    if not recipe.chain.steps:
        pictures = [picture_after(second, NO_STEPS, 0, recognizer)] * len(seeds)
    else:
        pictures = [recognizer.features(sound) for sound in _sounds(second, recipe, seeds)]
    if not has_masks(recipe.masks):
        return np.stack(pictures)
    draws = [masks_of(recipe.masks, p, seed) for p, seed in zip(pictures, seeds, strict=True)]
    return np.asarray(apply_draws(torch.from_numpy(np.stack(pictures)), draws, recipe.fill))


def _sounds(second: Second, recipe: Recipe, seeds: Sequence[int]) -> list[Floats]:
    """Return the sound of every draw, or one for all if nothing is done to it."""
    if not recipe.chain.steps:
        return [second.samples]
    return [
        recipe.chain.draw(seed).apply(second.samples, SAMPLE_RATE, second.recordings)
        for seed in seeds
    ]

"""How well a word survives a recipe: over many draws, and along one knob."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.augment.specaugment import apply_draws, draw
from kws_core.lab.knobs import Knob
from kws_core.lab.recipe import LARGEST_SEED
from kws_core.lab.trial import Trial, takes_log_mel
from kws_core.spotting.recognizer import Recognizer


@dataclass(frozen=True, eq=False)
class Scores:
    """The scores of a model's labels, one row for each draw, ``(n, labels)``."""

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
        """Return the number of draws in which a label is the best."""
        return sum(heard == label for heard in self.heard)


@dataclass(frozen=True, eq=False)
class Sweep:
    """A model's scores along a knob: at each of `values`, `n_draws` rows."""

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
class Stretch:
    """Neighbouring values of a sweep with the same best label: the first and the last of them."""

    label: str
    first: float
    last: float


def seeds_from(seed: int, n: int) -> tuple[int, ...]:
    """Return the seeds of `n` draws, the first of them `seed`."""
    return tuple((seed + i) % (LARGEST_SEED + 1) for i in range(n))


def seeds_around(seed: int, n: int) -> tuple[int, ...]:
    """Return the block of `n` seeds that contains a seed: from 0, from n, from 2 n ...

    So the next draw is mostly one that was computed already.
    """
    return seeds_from(seed // n * n, n)


def log_mels_of_draws(trial: Trial, seeds: Sequence[int], model: Recognizer) -> Floats:
    """Return a model's log-mel in each draw, (n, bands, frames)."""
    recipe = trial.recipe
    key = ("log-mels", recipe.chain, recipe.masks, recipe.fill, tuple(seeds), model)
    return trial.second.recall(key, lambda: _log_mels(trial, seeds, model))


def scores_of_draws(trial: Trial, seeds: Sequence[int], model: Recognizer) -> Scores:
    """Return a model's scores in the draws of some seeds, whatever the recipe's own seed is.

    The recipe must apply to the model. Raises AugmentError if a step can't be applied.
    """
    recipe = trial.recipe
    key = ("scores", recipe.chain, recipe.masks, recipe.fill, tuple(seeds), model)

    def compute() -> Scores:
        if not takes_log_mel(model):
            return _scores([trial], seeds, model)
        log_mels = log_mels_of_draws(trial, seeds, model)
        return Scores(model.labels, model.posteriors_of_features(log_mels))

    return trial.second.recall(key, compute)


def sweep(trial: Trial, knob: Knob, model: Recognizer, n_draws: int = 1) -> Sweep:
    """Return a model's scores at every possible value of a knob, in `n_draws` draws.

    The first draw is the recipe's own; the draws are the same at every value, stretched to it. At
    least one value must be possible. Raises as `scores_of_draws`.
    """
    recipe = trial.recipe
    seeds = seeds_from(recipe.seed, n_draws)
    key = ("sweep", recipe.chain, recipe.masks, recipe.fill, seeds, knob.name, model)

    def compute() -> Sweep:
        values = knob.possible(recipe)
        turned = [trial.of(knob.set(recipe, value)) for value in values]
        return Sweep(values, n_draws, _scores(turned, seeds, model))

    return trial.second.recall(key, compute)


def stretches_of(sweep: Sweep) -> tuple[Stretch, ...]:
    """Return the stretches of a sweep's first draw, between which the best label changes."""
    pairs = zip(sweep.heard, sweep.values, strict=True)
    found = []
    for label, group in groupby(pairs, key=lambda pair: pair[0]):
        values = [value for _, value in group]
        found.append(Stretch(label, values[0], values[-1]))
    return tuple(found)


def _scores(trials: Sequence[Trial], seeds: Sequence[int], model: Recognizer) -> Scores:
    """Score all draws of all trials together: a batch is quicker than one after the other."""
    if takes_log_mel(model):
        log_mels = np.concatenate([_log_mels(trial, seeds, model) for trial in trials])
        return Scores(model.labels, model.posteriors_of_features(log_mels))
    sounds = [np.stack(_sounds(trial, seeds)) for trial in trials]
    rows = model.posteriors(np.concatenate(sounds))
    # Without steps, one sound stands for all seeds.
    repeats = [len(seeds) // len(some) for some in sounds for _ in some]
    return Scores(model.labels, np.repeat(rows, repeats, axis=0))


def _log_mels(trial: Trial, seeds: Sequence[int], model: Recognizer) -> Floats:
    recipe = trial.recipe
    if not recipe.chain:
        log_mels = np.stack([trial.log_mel(model)] * len(seeds))
    else:
        log_mels = np.stack([model.features(sound) for sound in _sounds(trial, seeds)])
    if not recipe.masks.does_something:
        return log_mels
    _, n_mels, n_frames = log_mels.shape
    draws = [draw(recipe.masks, n_mels, n_frames, seed) for seed in seeds]
    return np.asarray(apply_draws(torch.from_numpy(log_mels), draws, recipe.fill))


def _sounds(trial: Trial, seeds: Sequence[int]) -> list[Floats]:
    """Return the sound of every draw, or one for all if there are no steps."""
    second, chain = trial.second, trial.recipe.chain
    if not chain:
        return [second.samples]
    recordings = second.recordings
    return [chain(second.samples, SAMPLE_RATE, seed=seed, recordings=recordings) for seed in seeds]

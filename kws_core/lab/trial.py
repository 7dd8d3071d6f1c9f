"""A recipe tried on one second of sound: what a draw does to it, and what models answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment import Chain, Draw, Step
from kws_core.augment.inversion import sound_of_picture
from kws_core.augment.specaugment import SpecAugmentDraw, draw
from kws_core.features.front_ends import LogMelConfig
from kws_core.lab.recipe import Recipe
from kws_core.lab.second import Second
from kws_core.spotting.prediction import Prediction
from kws_core.spotting.recognizer import Recognizer


@dataclass(frozen=True, eq=False)
class Stage:
    """A step of a chain, its draw (None if it is left out), and sound and log-mel after it."""

    step: Step
    draw: Draw | None
    samples: Samples
    log_mel: Floats


@dataclass(frozen=True, eq=False)
class Trial:
    """A recipe on one second of sound, and the models that hear it.

    log_mel_model: the model whose log-mel is drawn, changed and made sound again. Results are
    kept with the second. Methods raise AugmentError if a step can't be applied.
    """

    second: Second
    recipe: Recipe
    models: tuple[Recognizer, ...]
    log_mel_model: Recognizer

    def of(self, recipe: Recipe) -> Trial:
        """Return the trial of another recipe."""
        return replace(self, recipe=recipe)

    @property
    def unchanged(self) -> Trial:
        """The trial of a recipe that changes nothing."""
        return self.of(Recipe())

    @property
    def config(self) -> LogMelConfig:
        """The settings of the log-mel."""
        config = self.log_mel_model.log_mel_config()
        assert config is not None  # that is how the model was chosen
        return config

    @property
    def hearing(self) -> tuple[Recognizer, ...]:
        """The models that the recipe applies to."""
        return tuple(model for model in self.models if self.applies_to(model))

    def applies_to(self, model: Recognizer) -> bool:
        """Whether the recipe applies to a model: masks need one that takes a log-mel."""
        return takes_log_mel(model) or not self.recipe.masks.does_something

    def stages(self) -> tuple[Stage, ...]:
        """Return what each step of the chain does, in order."""
        chain = self.recipe.chain
        found = []
        for number, (step, drawn) in enumerate(zip(chain, self._drawn(), strict=True), 1):
            log_mel = self._log_mel(self.log_mel_model, number)
            found.append(Stage(step, drawn, self._sound(number), log_mel))
        return tuple(found)

    def after_step(self, number: int) -> Trial:
        """Return the trial of the first steps of the chain alone, counted from 1."""
        chain = Chain(self.recipe.chain[:number])
        return self.of(Recipe(chain=chain, seed=self.recipe.seed))

    def sound(self) -> Samples:
        """Return the second after the chain, float32 (n,)."""
        return self._sound(len(self.recipe.chain))

    def log_mel(self, model: Recognizer | None = None) -> Floats:
        """Return a model's log-mel after the chain, without masks, (bands, frames)."""
        return self._log_mel(model or self.log_mel_model, len(self.recipe.chain))

    def masks(self, model: Recognizer | None = None) -> SpecAugmentDraw:
        """Draw the masks for a model's log-mel."""
        n_mels, n_frames = self.log_mel(model).shape
        return draw(self.recipe.masks, n_mels, n_frames, self.recipe.seed)

    def masked(self, model: Recognizer | None = None) -> Floats:
        """Return a model's log-mel after the chain and the masks, (bands, frames)."""
        log_mel = self.log_mel(model)
        if not self.recipe.masks.does_something:
            return log_mel
        return np.asarray(self.masks(model).apply(log_mel, self.recipe.fill).numpy())

    def masked_sound(self) -> Samples:
        """Return the sound of the masked log-mel, or of the chain alone if there are no masks."""
        recipe = self.recipe
        if not recipe.masks.does_something:
            return self.sound()
        key = ("masked sound", recipe.chain, recipe.masks, recipe.fill, recipe.seed, self.config)
        return self.second.recall(
            key, lambda: sound_of_picture(self.sound(), self.masked(), self.masks(), self.config)
        )

    def answer(self, model: Recognizer) -> Prediction:
        """Return what a model that the recipe applies to makes of its draw."""
        recipe = self.recipe
        key = ("answer", recipe.chain, recipe.masks, recipe.fill, recipe.seed, model)

        def compute() -> Prediction:
            if not recipe.masks.does_something:
                rows = model.posteriors(self.sound()[None])
            else:
                rows = model.posteriors_of_features(self.masked(model)[None])
            return Prediction.of(model.labels, rows[0])

        return self.second.recall(key, compute)

    def answer_before(self, model: Recognizer) -> Prediction:
        """Return what a model makes of the second without the recipe."""
        return self.unchanged.answer(model)

    def flips(self, model: Recognizer) -> bool:
        """Whether the recipe's draw changes the best label of a model that it applies to."""
        return self.answer(model).label != self.answer_before(model).label

    def _drawn(self) -> tuple[Draw | None, ...]:
        return self.recipe.chain.draw(self.recipe.seed)

    def _sound(self, n_steps: int) -> Samples:
        """Return the sound after the first steps; of these, only changed ones are computed."""
        if not n_steps:
            return self.second.samples

        def apply() -> Samples:
            before, drawn = self._sound(n_steps - 1), self._drawn()[n_steps - 1]
            if drawn is None:
                return before
            return drawn.apply(before, SAMPLE_RATE, self.second.recordings)

        key = ("sound", self.recipe.chain[:n_steps], self.recipe.seed)
        return self.second.recall(key, apply)

    def _log_mel(self, model: Recognizer, n_steps: int) -> Floats:
        steps = self.recipe.chain[:n_steps]
        key = ("log-mel", steps, self.recipe.seed if steps else None, model)
        return self.second.recall(key, lambda: model.features(self._sound(n_steps)))


def takes_log_mel(model: Recognizer) -> bool:
    """Whether a model takes a log-mel, so that SpecAugment applies to it."""
    return model.log_mel_config() is not None

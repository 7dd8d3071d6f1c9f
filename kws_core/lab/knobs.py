"""Knobs: single numbers of a recipe that can be swept while everything else stays."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Final

from kws_core.augment import STEPS, Chain, Step
from kws_core.augment.policies import SETTINGS, PolicySetting
from kws_core.augment.step import Range
from kws_core.errors import AugmentError
from kws_core.lab.recipe import Recipe


@dataclass(frozen=True)
class Knob(ABC):
    """A number of a recipe, with the values to try. name: in links."""

    name: str
    title: str
    unit: str
    values: tuple[float, ...]

    @abstractmethod
    def set(self, recipe: Recipe, value: float) -> Recipe:
        """Return the recipe with the knob at a value; raises AugmentError."""

    @abstractmethod
    def position(self, recipe: Recipe) -> float | None:
        """Return where a recipe has the knob, None if it has a range or no such step."""

    def possible(self, recipe: Recipe) -> tuple[float, ...]:
        """Return the values that are possible beside the rest of a recipe."""
        found = []
        for value in self.values:
            with contextlib.suppress(AugmentError):  # such as an upper edge below the lower one
                self.set(recipe, value)
                found.append(value)
        return tuple(found)

    def adds_step(self, recipe: Recipe) -> bool:
        """Whether the knob needs a step that the recipe lacks."""
        return False


@dataclass(frozen=True)
class StepKnob(Knob):
    """A range of a step. Of several steps of a kind, the first one is set."""

    step: type[Step]
    setting: Range

    def set(self, recipe: Recipe, value: float) -> Recipe:
        """Return the recipe with this value alone in the range, and the step always applied.

        A step that the recipe lacks is added at the end.
        """
        steps = list(recipe.chain)
        if (found := self._find(recipe)) is None:
            found = self.step()
            steps.append(found)
        fixed = self.setting.between(value, value)
        steps[steps.index(found)] = replace(found, **fixed, probability=1.0)
        return replace(recipe, chain=Chain(steps))

    def position(self, recipe: Recipe) -> float | None:
        """Return the only value of the range; None for a wider range or no such step."""
        found = self._find(recipe)
        if found is None:
            return None
        low, high = self.setting.ends(found)
        return low if low == high else None

    def adds_step(self, recipe: Recipe) -> bool:
        """Whether the recipe lacks the step."""
        return self._find(recipe) is None

    def _find(self, recipe: Recipe) -> Step | None:
        return next((step for step in recipe.chain if isinstance(step, self.step)), None)


@dataclass(frozen=True)
class MaskKnob(Knob):
    """A number of SpecAugment's policy."""

    setting: PolicySetting

    def set(self, recipe: Recipe, value: float) -> Recipe:
        """Return the recipe with the number; a width gets a mask where there is none to show it."""
        numbers = {self.setting.name: int(value)}
        count = {"freq_mask": "n_freq_masks", "time_mask": "n_time_masks"}.get(self.setting.name)
        if count is not None:
            numbers[count] = getattr(recipe.masks, count) or 1
        return replace(recipe, masks=replace(recipe.masks, **numbers))

    def position(self, recipe: Recipe) -> float:
        """Return the number."""
        return float(getattr(recipe.masks, self.setting.name))


MASK_KNOBS: Final = tuple(
    MaskKnob(one.letters, one.label, one.unit, one.sweep, one) for one in SETTINGS if one.sweep
)
SOUND_KNOBS: Final = tuple(
    StepKnob(
        f"{step.kind}.{one.name}", f"{step.title}: {one.title}", one.unit, one.sweep, step, one
    )
    for step in STEPS.values()
    for one in step.ranges()
    if one.sweep
)
KNOBS: Final[dict[str, Knob]] = {knob.name: knob for knob in (*MASK_KNOBS, *SOUND_KNOBS)}

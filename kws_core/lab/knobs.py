"""One number of a recipe that can be turned while all others stay."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from typing import Any, Final

from kws_core.augment import Chain
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.errors import AugmentError
from kws_core.features.front_ends import LogMelConfig
from kws_core.lab.catalogue import CATALOGUE, StepEntry, StepSetting, first_step
from kws_core.lab.recipe import Recipe

_PICTURE: Final = LogMelConfig()


@dataclass(frozen=True)
class Knob:
    """A setting with the values to try.

    name: in addresses. kind: of the step that has the setting, empty for SpecAugment's.
    """

    name: str
    title: str
    unit: str
    values: tuple[float, ...]
    kind: str
    setting: str

    def set(self, recipe: Recipe, value: float) -> Recipe:
        """Return the recipe with the knob at a value.

        A step's range becomes that value alone; the step is added at the end where there is none.
        Of several steps of the kind, the first is turned. Raises AugmentError.
        """
        if not self.kind:
            return replace(recipe, masks=self._set_masks(recipe.masks, value))
        steps = list(recipe.chain.steps)
        fixed: dict[str, Any] = {self.setting: (value, value), "probability": 1.0}
        at = next((i for i, step in enumerate(steps) if step.kind == self.kind), None)
        if at is None:
            at = len(steps)
            steps.append(first_step(self.kind))
        steps[at] = replace(steps[at], **fixed)
        return replace(recipe, chain=Chain(tuple(steps)))

    def possible(self, recipe: Recipe) -> tuple[float, ...]:
        """Return the values that go with the rest of a recipe."""
        found = []
        for value in self.values:
            with contextlib.suppress(AugmentError):  # such as an upper edge below the lower one
                self.set(recipe, value)
                found.append(value)
        return tuple(found)

    def adds_step(self, recipe: Recipe) -> bool:
        """Whether the recipe lacks the step that the knob turns."""
        return bool(self.kind) and all(step.kind != self.kind for step in recipe.chain.steps)

    def _set_masks(self, masks: SpecAugmentPolicy, value: float) -> SpecAugmentPolicy:
        whole = self.setting != "time_mask_share"
        changed: dict[str, Any] = {self.setting: int(value) if whole else value}
        # A width alone shows nothing while there are no masks of that kind.
        if self.setting == "freq_mask" and not masks.n_freq_masks:
            changed["n_freq_masks"] = 1
        if self.setting == "time_mask" and not masks.n_time_masks:
            changed["n_time_masks"] = 1
        return replace(masks, **changed)


def _whole(low: int, high: int, step: int = 1) -> tuple[float, ...]:
    return tuple(float(value) for value in range(low, high + 1, step))


MASK_KNOBS: Final = (
    Knob("T", "Width of time masks, T", "frames", _whole(0, 100, 5), "", "time_mask"),
    Knob(
        "F", "Width of frequency masks, F", "bands", _whole(0, _PICTURE.n_mels, 2), "", "freq_mask"
    ),
    Knob("mT", "Number of time masks, m_T", "", _whole(0, 10), "", "n_time_masks"),
    Knob("mF", "Number of frequency masks, m_F", "", _whole(0, 10), "", "n_freq_masks"),
    Knob("W", "Time warp, W", "frames", _whole(0, 40, 2), "", "time_warp"),
)


def _of_step(entry: StepEntry, setting: StepSetting) -> Knob:
    return Knob(
        f"{entry.kind}.{setting.name}",
        f"{entry.title}: {setting.title}",
        setting.unit,
        setting.sweep,
        entry.kind,
        setting.name,
    )


SOUND_KNOBS: Final = tuple(
    _of_step(entry, setting)
    for entry in CATALOGUE.values()
    for setting in entry.settings
    if setting.sweep
)
KNOBS: Final[dict[str, Knob]] = {knob.name: knob for knob in (*MASK_KNOBS, *SOUND_KNOBS)}


def find_knob(name: str) -> Knob:
    """Return a knob by name; raises AugmentError for one that isn't there."""
    if name not in KNOBS:
        raise AugmentError(f"There is no knob {name!r:.40}. There are: {', '.join(KNOBS)}.")
    return KNOBS[name]

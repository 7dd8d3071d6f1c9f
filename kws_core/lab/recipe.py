"""A recipe: all that is done to a clip, as a value that can be named, kept, sent and read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, cast

from kws_core.augment import STEP_KINDS, Chain, Step
from kws_core.augment.policies import SpecAugmentPolicy
from kws_core.augment.specaugment import FILLS, Fill
from kws_core.errors import AugmentError

MOST_STEPS: Final = 8
LONGEST_NAME: Final = 40
LARGEST_SEED: Final = 2**32 - 1
NO_STEPS: Final = Chain()
NO_MASKS: Final = SpecAugmentPolicy()
LONGEST_TEXT: Final = 20_000  # characters; four recipes of eight steps are below 8000

_KNOWN: Final = ("name", "steps", "masks", "fill", "seed")


@dataclass(frozen=True)
class Recipe:
    """Steps on the sound, then SpecAugment on its log-mel picture.

    name: for people. fill: what is put where the masks are. seed: of all draws, from 0. Raises
    AugmentError for what can't be.
    """

    name: str = "Recipe"
    chain: Chain = NO_STEPS
    masks: SpecAugmentPolicy = NO_MASKS
    fill: Fill = "mean"
    seed: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not 0 < len(self.name.strip()) <= LONGEST_NAME:
            raise AugmentError(
                f"A recipe can't be called {self.name!r:.60}: give it a name of 1 to "
                f"{LONGEST_NAME} characters."
            )
        if len(self.chain.steps) > MOST_STEPS:
            raise AugmentError(
                f"{len(self.chain.steps)} steps are too many for one recipe: use up to "
                f"{MOST_STEPS}."
            )
        if self.fill not in FILLS:
            raise AugmentError(
                f"Masks can't be filled with {self.fill!r:.40}. Choose one of: {', '.join(FILLS)}."
            )
        check_seed(self.seed)

    def to_json(self) -> str:
        """Return the recipe as JSON text, without what is as by default."""
        return json.dumps(as_values(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Make the recipe that `to_json` wrote.

        Raises AugmentError, whatever the text is.
        """
        return from_values(parsed(text))


def check_seed(seed: object) -> int:
    """Return a seed that draws can be made of; raises AugmentError otherwise."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
        raise AugmentError(
            f"The seed can't be {seed!r:.40}: give a whole number from 0 to {LARGEST_SEED}."
        )
    return seed


def parsed(text: str) -> Any:
    """Return the values of a JSON text; raises AugmentError if it is none, or far too long."""
    try:
        if len(text) > LONGEST_TEXT:
            raise ValueError
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AugmentError(
            "This is no recipe: it should be JSON, as the page exports it. Copy the whole text or "
            "link again."
        ) from error


def as_values(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as plain JSON values, without what is as by default."""
    default = Recipe()
    values: dict[str, Any] = {"name": recipe.name}
    if recipe.chain.steps:
        values["steps"] = steps_as_values(recipe.chain)
    if recipe.masks != default.masks:
        values["masks"] = _differing(recipe.masks, default.masks)
    if recipe.fill != default.fill:
        values["fill"] = recipe.fill
    return values | {"seed": recipe.seed}


def from_values(values: object) -> Recipe:
    """Make the recipe that `as_values` described; raises AugmentError, whatever it is given."""
    if not isinstance(values, Mapping):
        raise AugmentError("A recipe should be a group of named settings.")
    unknown = [name for name in values if name not in _KNOWN]
    if unknown:
        raise AugmentError(
            f"A recipe has no setting {unknown[0]!r:.40}. It has: {', '.join(_KNOWN)}."
        )
    default = Recipe()
    return Recipe(
        values.get("name", default.name),
        steps_from_values(values.get("steps", [])),
        SpecAugmentPolicy.from_json(json.dumps(values.get("masks", {}))),
        cast(Fill, values.get("fill", default.fill)),
        values.get("seed", default.seed),
    )


def steps_as_values(chain: Chain) -> list[dict[str, Any]]:
    """Return a chain's steps as plain JSON values, without what is as by default."""
    return [{"kind": step.kind, **settings_of(step)} for step in chain.steps]


def steps_from_values(values: object) -> Chain:
    """Make the chain that `steps_as_values` described; raises AugmentError."""
    if isinstance(values, list) and len(values) > MOST_STEPS:
        raise AugmentError(
            f"{len(values)} steps are too many for one recipe: use up to {MOST_STEPS}."
        )
    return Chain.from_json(json.dumps({"steps": values}))


def settings_of(step: Step) -> dict[str, Any]:
    """Return those settings of a step that differ from its kind's defaults, by name."""
    return _differing(step, STEP_KINDS[step.kind]())


def has_masks(policy: SpecAugmentPolicy) -> bool:
    """Whether a policy does anything at all."""
    return bool(
        policy.time_warp
        or (policy.freq_mask and policy.n_freq_masks)
        or (policy.time_mask and policy.n_time_masks and policy.time_mask_share)
    )


def _differing(value: Any, default: Any) -> dict[str, Any]:
    mine, usual = asdict(value), asdict(default)
    return {f.name: mine[f.name] for f in fields(value) if mine[f.name] != usual[f.name]}

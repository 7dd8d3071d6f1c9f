"""A recipe: all changes to a clip, as a value that can be named, kept, sent and read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from kws_core.augment import Chain
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
    """Steps on the sound, then SpecAugment on its log-mel.

    name: for people. fill: the value of masked cells. seed: of all draws, from 0. Raises
    AugmentError for a value outside its limits.
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
        _check_length(len(self.chain))
        if self.fill not in FILLS:
            raise AugmentError(
                f"Masks can't be filled with {self.fill!r:.40}. Choose one of: {', '.join(FILLS)}."
            )
        check_seed(self.seed)

    def to_values(self) -> dict[str, Any]:
        """Return the recipe as plain JSON values, without settings that have their defaults."""
        values: dict[str, Any] = {"name": self.name}
        if self.chain:
            values["steps"] = self.chain.to_values()
        if masks := self.masks.to_values():
            values["masks"] = masks
        if self.fill != Recipe.fill:
            values["fill"] = self.fill
        return values | {"seed": self.seed}

    @classmethod
    def from_values(cls, values: object) -> Recipe:
        """Make the recipe that `to_values` described.

        Raises AugmentError, whatever the values are.
        """
        if not isinstance(values, dict):
            raise AugmentError("A recipe should be a group of named settings.")
        unknown = [name for name in values if name not in _KNOWN]
        if unknown:
            raise AugmentError(
                f"A recipe has no setting {unknown[0]!r:.40}. It has: {', '.join(_KNOWN)}."
            )
        return cls(
            values.get("name", cls.name),
            chain_from_values(values.get("steps", [])),
            SpecAugmentPolicy.from_values(values.get("masks", {})),
            values.get("fill", cls.fill),
            values.get("seed", cls.seed),
        )


def check_seed(seed: object) -> int:
    """Return a seed that can be drawn from; raises AugmentError for any other value."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
        raise AugmentError(
            f"The seed can't be {seed!r:.40}: give a whole number from 0 to {LARGEST_SEED}."
        )
    return seed


def parsed(text: str) -> Any:
    """Return the values of a JSON text; raises AugmentError for other or far too long text."""
    try:
        if len(text) > LONGEST_TEXT:
            raise ValueError
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AugmentError(
            "This is not a recipe: it should be JSON, as exported by the page. Copy the whole "
            "text or link again."
        ) from error


def chain_from_values(values: object) -> Chain:
    """Make the chain that `Chain.to_values` described; raises AugmentError, also if it is long."""
    if isinstance(values, list):
        _check_length(len(values))
    return Chain.from_values(values)


def _check_length(n_steps: int) -> None:
    if n_steps > MOST_STEPS:
        raise AugmentError(f"{n_steps} steps are too many for one recipe: use up to {MOST_STEPS}.")

"""Several changes to a clip, one after the other, all drawn from one seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import Samples
from kws_core.augment.step import NO_RECORDINGS, Draw, Recordings, Step
from kws_core.augment.steps import STEPS
from kws_core.errors import AugmentError

_OLD_NAMES = {"colours": "colors"}  # of settings, in links of earlier versions


class ChainDraw(tuple[Draw | None, ...]):
    """The draws of a chain's steps for one clip, in order; None for a step that is left out."""

    __slots__ = ()

    def apply(
        self, samples: npt.NDArray[Any], sample_rate: int, recordings: Recordings = NO_RECORDINGS
    ) -> Samples:
        """Return the changed clip, float32 (n,), as `Draw.apply` does for one step."""
        clip = np.array(samples, dtype=np.float32)
        for draw in self:
            if draw is not None:
                clip = draw.apply(clip, sample_rate, recordings)
        return clip


class Chain(tuple[Step, ...]):
    """Steps in the order in which they are applied. Call a chain to change a clip.

    Raises AugmentError if two steps have the same name.
    """

    __slots__ = ()

    def __new__(cls, steps: Iterable[Step] = ()) -> Chain:
        """Make a chain of steps."""
        chain = super().__new__(cls, steps)
        names = [step.name for step in chain]
        for name in names:
            if names.count(name) > 1:
                raise AugmentError(
                    f"Two steps are called {name!r}. Give one of them another name, "
                    f"for example name={name + ' 2'!r}."
                )
        return chain

    def __call__(
        self,
        samples: npt.NDArray[Any],
        sample_rate: int,
        *,
        seed: int,
        recordings: Recordings = NO_RECORDINGS,
    ) -> Samples:
        """Draw for a clip and apply the draw: (n,) at sample_rate Hz to float32 (n,)."""
        return self.draw(seed).apply(samples, sample_rate, recordings)

    def draw(self, seed: int) -> ChainDraw:
        """Draw for one clip; the same seed gives the same draw.

        Every step draws from a seed of its own, made of `seed` and its name, so its numbers stay
        the same when other steps are added, removed or moved. seed: any whole number from 0.
        """
        return ChainDraw(_draw(step, seed) for step in self)

    def to_values(self) -> list[dict[str, Any]]:
        """Return the chain as plain JSON values, without settings that have their defaults."""
        return [{"kind": step.kind, **step.changed_settings()} for step in self]

    @classmethod
    def from_values(cls, values: object) -> Chain:
        """Make the chain that `to_values` described.

        Raises AugmentError, whatever the values are.
        """
        if not isinstance(values, list):
            raise AugmentError("The steps of a chain must be a list.")
        return cls(map(_step, values))


def _draw(step: Step, seed: int) -> Draw | None:
    if seed < 0:
        raise AugmentError(f"The seed {seed} is negative. Give a whole number from 0.")
    rng = np.random.default_rng([seed, crc32(step.name.encode())])
    left_out = rng.random() >= step.probability
    return None if left_out else step.draw(rng)


def _step(described: object) -> Step:
    if not isinstance(described, dict):
        raise AugmentError("Each step of a chain must be a group of named settings.")
    settings: dict[str, Any] = {
        _OLD_NAMES.get(str(name), str(name)): value for name, value in described.items()
    }
    kind = STEPS.get(str(settings.pop("kind", None)))
    if kind is None:
        raise AugmentError(
            f"There is no step {described.get('kind')!r:.40}. There are: {', '.join(STEPS)}."
        )
    for setting in kind.ranges():
        pair = settings.get(setting.name)  # as links of earlier versions have a range
        if isinstance(pair, list) and len(pair) == 2:
            settings |= setting.between(*settings.pop(setting.name))
    known = [one.name for one in fields(kind)]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise AugmentError(
            f"The step {kind.kind!r} has no setting {unknown[0]!r:.40}. It has: {', '.join(known)}."
        )
    return kind(**settings)

"""Several changes to a clip, one after the other, all drawn from one seed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import Samples
from kws_core.augment.channel import BandLimit, Resampling
from kws_core.augment.codec import Codec
from kws_core.augment.level import Clipping, Gain
from kws_core.augment.noise import Background, Noise
from kws_core.augment.room import Reverberation
from kws_core.augment.steps import NO_RECORDINGS, Draw, Recordings, Step
from kws_core.augment.timing import Pitch, Shift, Speed, Tempo
from kws_core.errors import AugmentError

STEP_KINDS: dict[str, type[Step]] = {
    step.kind: step
    for step in (
        Noise,
        Background,
        Shift,
        Gain,
        Speed,
        Tempo,
        Pitch,
        Reverberation,
        BandLimit,
        Resampling,
        Codec,
        Clipping,
    )
}


@dataclass(frozen=True)
class ChainDraw:
    """What a chain does to one clip: by step name, None for a step that this clip is spared."""

    draws: tuple[tuple[str, Draw | None], ...]

    def apply(
        self,
        samples: npt.NDArray[Any],
        sample_rate: int,
        recordings: Recordings = NO_RECORDINGS,
    ) -> Samples:
        """Return the changed clip, float32 (n,), as `Draw.apply` does for one step."""
        clip = np.array(samples, dtype=np.float32)
        for _, changed in self.stages(clip, sample_rate, recordings):
            clip = changed
        return clip

    def stages(
        self,
        samples: npt.NDArray[Any],
        sample_rate: int,
        recordings: Recordings = NO_RECORDINGS,
    ) -> Iterator[tuple[str, Samples]]:
        """Yield the name of each step that this clip goes through, and the clip after it."""
        for name, draw in self.draws:
            if draw is not None:
                samples = draw.apply(samples, sample_rate, recordings)
                yield name, samples


@dataclass(frozen=True)
class Chain:
    """Steps in the order in which they are applied.

    Raises AugmentError if two steps have the same name.
    """

    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))
        names = [step.name for step in self.steps]
        for name in names:
            if names.count(name) > 1:
                raise AugmentError(
                    f"Two steps are called {name!r}. Give one of them another name, "
                    f"for example name={name + ' 2'!r}."
                )

    def draw(self, seed: int) -> ChainDraw:
        """Draw for one clip; the same seed gives the same draw.

        Every step draws from a seed of its own, made of `seed` and its name, so its numbers stay
        when other steps come, go or change places. seed: any whole number from 0.
        """
        return ChainDraw(tuple((step.name, _draw(step, seed)) for step in self.steps))

    def to_json(self) -> str:
        """Return the chain as JSON text."""
        return json.dumps({"steps": [_as_dict(step) for step in self.steps]})

    @classmethod
    def from_json(cls, text: str) -> Chain:
        """Make the chain that `to_json` wrote; settings left out get their defaults.

        Raises AugmentError, whatever the text is.
        """
        try:
            recipe = json.loads(text)
            steps = recipe["steps"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise AugmentError(
                "This is no chain of augmentations: it should be JSON with a list of steps. "
                "Copy the whole text or link again."
            ) from error
        if not isinstance(steps, list):
            raise AugmentError("The steps of a chain must be a list.")
        return cls(tuple(_from_dict(step) for step in steps))


def _draw(step: Step, seed: int) -> Draw | None:
    if seed < 0:
        raise AugmentError(f"The seed {seed} is negative. Give a whole number from 0.")
    rng = np.random.default_rng([seed, crc32(step.name.encode())])
    spared = rng.random() >= step.probability
    return None if spared else step.draw(rng)


def _as_dict(step: Step) -> dict[str, Any]:
    return {"kind": step.kind, **{f.name: getattr(step, f.name) for f in fields(step)}}


def _from_dict(described: object) -> Step:
    if not isinstance(described, dict):
        raise AugmentError("Each step of a chain must be a group of named settings.")
    settings = {str(name): value for name, value in described.items() if name != "kind"}
    kind = STEP_KINDS.get(str(described.get("kind")))
    if kind is None:
        raise AugmentError(
            f"There is no step {described.get('kind')!r}. There are: {', '.join(STEP_KINDS)}."
        )
    known = [f.name for f in fields(kind)]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise AugmentError(
            f"The step {kind.kind!r} has no setting {unknown[0]!r}. It has: {', '.join(known)}."
        )
    return kind(**settings)

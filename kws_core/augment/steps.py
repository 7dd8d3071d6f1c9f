"""What the changes to a clip have in common: settings with ranges, and draws that apply.

A step is a kind of change with its ranges; `Step.draw` picks the numbers, and the `Draw` it
returns applies them, always the same way. Lengths are in seconds, frequencies in Hz and levels in
dB, so that a draw does not depend on the clip.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import Samples, check_rate, require_finite
from kws_core.errors import AugmentError

Interval = tuple[float, float]  # lowest and highest value of a uniform draw, both included
Recordings = Mapping[str, Samples]  # by name, float32 of shape (n,), at the rate of the clip

NO_RECORDINGS: Recordings = MappingProxyType({})


def limits(lowest: float, highest: float, unit: str) -> Mapping[str, Any]:
    """Return the metadata of an `Interval` setting: what may be chosen, and the unit."""
    return {"limits": (lowest, highest), "unit": unit}


def choices(*names: str) -> Mapping[str, Any]:
    """Return the metadata of a setting that is a list to draw from: its names; any, if none."""
    return {"choices": names}


@dataclass(frozen=True)
class Draw(ABC):
    """The numbers drawn for one clip."""

    def apply(
        self,
        samples: npt.NDArray[Any],
        sample_rate: int,
        recordings: Recordings = NO_RECORDINGS,
    ) -> Samples:
        """Return the changed clip, float32 of the same shape; the given one stays as it is.

        samples: mono, shape (n,), at sample_rate Hz; full scale is 1, but what gets louder than
        that is not clipped. A silent clip stays silent. recordings: those that `Background` may
        name. Raises AugmentError, BadSamplesError or BadSampleRateError.
        """
        clip = np.array(samples, dtype=np.float32)
        if clip.ndim != 1:
            raise AugmentError(
                f"A clip is one row of samples (mono), not an array of shape {clip.shape}. "
                "Average the channels first, and give one clip at a time."
            )
        rate = check_rate(sample_rate)
        require_finite(clip)
        if not clip.any():
            return clip
        return np.asarray(self._changed(clip, rate, recordings), dtype=np.float32)

    @abstractmethod
    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        """Return the changed clip, of the same length; `clip` is neither empty nor silent."""


@dataclass(frozen=True)
class Step(ABC):
    """A kind of change, with the ranges that its numbers are drawn from.

    probability: share of clips that a chain changes this way. name: tells several steps of one
    kind in a chain apart, and seeds their draws; the kind, if not given. Raises AugmentError for
    settings outside their limits (`limits` of a field's metadata, in its ``unit``).
    """

    kind: ClassVar[str]
    probability: float = field(default=1.0, kw_only=True)
    name: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        for setting in fields(self):
            value = getattr(self, setting.name)
            if "limits" in setting.metadata:
                value = self._checked_interval(setting.name, value, *setting.metadata["limits"])
            elif "choices" in setting.metadata:
                value = self._checked_choices(setting.name, value, setting.metadata["choices"])
            object.__setattr__(self, setting.name, value)
        if not _is_number(self.probability) or not 0 <= self.probability <= 1:
            raise self._error("probability", self.probability, "a number from 0 to 1")
        if not isinstance(self.name, str):
            raise self._error("name", self.name, "a text")
        if not self.name:
            object.__setattr__(self, "name", self.kind)

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Draw:
        """Draw the numbers for one clip; every range takes one number of `rng`, used or not.

        So the same seed with other ranges gives the same draw, stretched to them.
        """

    def _checked_interval(
        self, setting: str, value: object, lowest: float, highest: float
    ) -> Interval:
        if isinstance(value, list | tuple) and len(value) == 2 and all(map(_is_number, value)):
            low, high = float(value[0]), float(value[1])
            if lowest <= low <= high <= highest:
                return low, high
        wanted = f"two numbers, lowest and highest, from {lowest:g} to {highest:g}"
        raise self._error(setting, value, wanted)

    def _checked_choices(
        self, setting: str, value: object, known: tuple[str, ...]
    ) -> tuple[str, ...]:
        if isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value):
            names = tuple(value)
            if not known or set(names) <= set(known):
                return names
        wanted = f"a list with at least one of: {', '.join(known)}" if known else "a list of names"
        raise self._error(setting, value, wanted)

    def _error(self, setting: str, value: object, wanted: str) -> AugmentError:
        shown = repr(value)
        if len(shown) > 60:
            shown = shown[:57] + "..."
        return AugmentError(f"The step {self.kind!r} can't use {setting} = {shown}: give {wanted}.")


def pick(rng: np.random.Generator, among: tuple[str, ...]) -> str:
    """Draw one of several, each as likely, with one number of `rng`."""
    return among[int(rng.random() * len(among))]


def new_seed(rng: np.random.Generator) -> int:
    """Draw a seed for what is too long to be drawn number by number, such as noise."""
    return int(rng.integers(2**32))


def ratio(decibels: float) -> float:
    """Return the factor on amplitudes that a level change is."""
    return float(10.0 ** (decibels / 20.0))


def mean_power(samples: Samples) -> float:
    """Return the mean square of the samples."""
    return float(np.mean(np.square(samples, dtype=np.float64)))


def fit_about_centre(samples: Samples, n_samples: int) -> Samples:
    """Cut or fill with zeros on both sides alike, (m,) to (n_samples,)."""
    missing = n_samples - len(samples)
    if missing >= 0:
        before = missing // 2
        return np.pad(samples, (before, missing - before))
    before = -missing // 2
    return samples[before : before + n_samples]


def fit_at_end(samples: Samples, n_samples: int) -> Samples:
    """Cut or fill with zeros at the end, (m,) to (n_samples,)."""
    return np.pad(samples[:n_samples], (0, max(0, n_samples - len(samples))))


def _is_number(value: object) -> bool:
    # Compared rather than converted: JSON may hold whole numbers that no float can.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12

"""A step of augmentation: settings to draw from, and draws that change a clip.

A `Step` has ranges, `Step.draw` picks numbers from them, and the `Draw` it returns applies these
numbers, always the same way. Times are in seconds, frequencies in Hz and levels in dB, so that a
draw does not depend on the clip.

A new step is one new file in `kws_core.augment.steps`. Chains, links, and the sliders, sweeps and
exports of the Augment page find it there.
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

Recordings = Mapping[str, Samples]  # by name, float32 of shape (n,), at the rate of the clip

NO_RECORDINGS: Recordings = MappingProxyType({})


@dataclass(frozen=True)
class Range:
    """A number drawn uniformly between two settings of a step, `min_NAME` and `max_NAME`.

    name, title: in code and for people. limits: lowest and highest value of both settings, in
    `unit`. slider: lowest value, highest value and step of the page's slider. n_swept: number of
    values along the slider to try one after the other; 0 where that shows little. swept: others.
    """

    name: str
    title: str
    unit: str
    limits: tuple[float, float]
    slider: tuple[float, float, float]
    n_swept: int = 0
    swept: tuple[float, ...] = ()

    @property
    def sweep(self) -> tuple[float, ...]:
        """The values to try one after the other."""
        return self.swept or evenly(*self.slider[:2], self.n_swept)

    def ends(self, step: Step) -> tuple[float, float]:
        """Return the lowest and the highest value that a step draws."""
        return getattr(step, f"min_{self.name}"), getattr(step, f"max_{self.name}")

    def between(self, low: Any, high: Any) -> dict[str, Any]:
        """Return the two settings, by name, that draw between two values."""
        return {f"min_{self.name}": low, f"max_{self.name}": high}


@dataclass(frozen=True)
class Choice:
    """A list of names, one of which is drawn, all equally likely.

    options: what can be chosen, with a title for people; empty if any name can.
    """

    name: str
    title: str
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Draw(ABC):
    """The numbers drawn for one clip. `str` of a draw says what it does, such as "−6.0 dB"."""

    def apply(
        self, samples: npt.NDArray[Any], sample_rate: int, recordings: Recordings = NO_RECORDINGS
    ) -> Samples:
        """Return the changed clip, float32 of the same shape; the given one is left unchanged.

        samples: mono, shape (n,), at sample_rate Hz; full scale is 1, but louder results are not
        clipped. A silent clip stays silent. recordings: those that `Background` may name. Raises
        AugmentError, BadSamplesError or BadSampleRateError.
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


@dataclass(frozen=True, kw_only=True)
class Step(ABC):
    """A kind of change, with the settings that its numbers are drawn from.

    probability: share of clips that a chain changes this way. name: tells several steps of one
    kind in a chain apart, and seeds their draws; the kind by default. Raises AugmentError for
    settings outside their limits.

    A subclass has a class attribute for each fact about its kind. kind: the name in chains and
    links. title, purpose: for people. icon: a Material icon. settings: of the kind's own fields.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    icon: ClassVar[str]
    purpose: ClassVar[str]
    settings: ClassVar[tuple[Range | Choice, ...]]

    probability: float = 1.0
    name: str = ""

    def __post_init__(self) -> None:
        for setting in self.settings:
            checked = (
                self._checked_range(setting)
                if isinstance(setting, Range)
                else self._checked_choice(setting)
            )
            for name, value in checked.items():
                object.__setattr__(self, name, value)
        if not _is_number(self.probability) or not 0 <= self.probability <= 1:
            raise self._error({"probability": self.probability}, "a number from 0 to 1")
        if not isinstance(self.name, str):
            raise self._error({"name": self.name}, "a text")
        if not self.name:
            object.__setattr__(self, "name", self.kind)

    @abstractmethod
    def draw(self, rng: np.random.Generator) -> Draw:
        """Draw the numbers for one clip; every setting takes one number of `rng`, used or not.

        So the same seed with other ranges gives the same draw, stretched to them.
        """

    @classmethod
    def ranges(cls) -> tuple[Range, ...]:
        """Return the settings that are ranges."""
        return tuple(setting for setting in cls.settings if isinstance(setting, Range))

    def changed_settings(self) -> dict[str, Any]:
        """Return the settings that differ from the defaults of the kind, by name."""
        default = type(self)()
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value for name, value in values.items() if value != getattr(default, name)}

    def _checked_range(self, setting: Range) -> dict[str, float]:
        low, high = setting.ends(self)
        lowest, highest = setting.limits
        if _is_number(low) and _is_number(high) and lowest <= low <= high <= highest:
            return setting.between(float(low), float(high))
        wanted = f"two numbers from {lowest:g} to {highest:g}, the lower one first"
        raise self._error(setting.between(low, high), wanted)

    def _checked_choice(self, setting: Choice) -> dict[str, tuple[str, ...]]:
        value, known = getattr(self, setting.name), setting.options
        if isinstance(value, list | tuple) and value and all(isinstance(v, str) for v in value):
            names = tuple(value)
            if not known or set(names) <= set(known):
                return {setting.name: names}
        wanted = f"a list with at least one of: {', '.join(known)}" if known else "a list of names"
        raise self._error({setting.name: value}, wanted)

    def _error(self, settings: Mapping[str, object], wanted: str) -> AugmentError:
        given = ", ".join(f"{name} = {_shortened(value)}" for name, value in settings.items())
        return AugmentError(f"The step {self.kind!r} can't use {given}: give {wanted}.")


def pick(rng: np.random.Generator, among: tuple[str, ...]) -> str:
    """Draw one of several names, all equally likely, with one number of `rng`."""
    return among[int(rng.random() * len(among))]


def new_seed(rng: np.random.Generator) -> int:
    """Draw a seed for something that takes many numbers, such as noise."""
    return int(rng.integers(2**32))


def signed(value: float, digits: int = 1) -> str:
    """Return a number with its sign, with a true minus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def evenly(low: float, high: float, n: int) -> tuple[float, ...]:
    """Return `n` evenly spaced values."""
    return tuple(round(float(value), 4) for value in np.linspace(low, high, n))


def _is_number(value: object) -> bool:
    # Compared rather than converted: JSON may hold whole numbers that no float can.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _shortened(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."

"""A clip with the results computed from it, so that nothing is computed twice."""

from __future__ import annotations

import functools
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples

KEPT_BYTES: Final = 64 * 2**20
SLOW_SECONDS: Final = 1.0

Floats = npt.NDArray[np.float32]

P = ParamSpec("P")
T = TypeVar("T")


class Sound:
    """Samples (n,) at 16 kHz, and the results of `remembered` functions of them.

    Results are kept up to `KEPT_BYTES`; those not used for longest go first, and those that took
    long to compute last. They are shared: nobody may write into them.
    """

    sample_rate = SAMPLE_RATE

    def __init__(self, samples: Samples, kept_bytes: int = KEPT_BYTES) -> None:
        self.samples = samples
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._slow: set[Hashable] = set()
        self._kept_bytes = kept_bytes

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    def recall(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Return the result kept under a key, computed now if there is none."""
        if key in self._kept:
            self._kept.move_to_end(key)
            kept: T = self._kept[key]
            return kept
        started = time.perf_counter()
        result = compute()  # which may keep results of its own
        self._kept[key] = result
        if time.perf_counter() - started > SLOW_SECONDS:
            self._slow.add(key)
        self._make_room(key)
        return result

    def _make_room(self, newest: Hashable) -> None:
        """Drop the results used longest ago, slow ones last."""
        too_many = self.bytes_kept - self._kept_bytes
        for droppable in (
            [key for key in self._kept if key not in self._slow],
            [key for key in self._kept if key in self._slow],
        ):
            for key in droppable:
                if too_many <= 0:
                    return
                if key != newest:
                    too_many -= _size(self._kept.pop(key))
                    self._slow.discard(key)

    @property
    def bytes_kept(self) -> int:
        """How much memory the kept results take."""
        return sum(_size(result) for result in self._kept.values())


def remembered(function: Callable[Concatenate[Sound, P], T]) -> Callable[Concatenate[Sound, P], T]:
    """Make a function of a sound and hashable settings compute each result only once.

    The settings that a function takes are exactly those that its result depends on: a change of
    any other one computes nothing.
    """

    def recall(sound: Sound, /, *args: P.args, **kwargs: P.kwargs) -> T:
        key = (function.__module__, function.__qualname__, args, tuple(kwargs.items()))
        return sound.recall(key, lambda: function(sound, *args, **kwargs))

    functools.update_wrapper(recall, function)
    return recall


def _size(result: Any) -> int:
    if isinstance(result, np.ndarray):
        return result.nbytes
    if isinstance(result, bytes):
        return len(result)
    if isinstance(result, Sound):
        return result.samples.nbytes + result.bytes_kept
    if isinstance(result, tuple | list):
        return sum(_size(part) for part in result)
    if is_dataclass(result):
        return sum(_size(getattr(result, field.name)) for field in fields(result))
    return 64

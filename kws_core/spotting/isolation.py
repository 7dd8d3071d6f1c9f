"""A command stands alone: there is a pause before it and one after it.

Inside a sentence the sound goes on from word to word, so what falls there is rarely a command. The
evidence is the level. Before the word's loudest moment and after it there must be a stretch that
stays well below that moment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from kws_core.errors import SettingsError
from kws_core.spotting.loudness import STEP_S, runs

_LOUDEST_STEPS = 5  # the loudest moment is one of 50 ms


@dataclass(frozen=True)
class Isolation:
    """How long the pauses around a command are, in seconds, and how deep, in dB.

    before, after: shortest pauses. below_db: how far they lie below the loudest 50 ms of the word.
    longest: from the first pause to the second. Raises SettingsError for settings without a sense.
    """

    before: float = 0.2
    after: float = 0.16
    below_db: float = 9.0
    longest: float = 1.0

    def __post_init__(self) -> None:
        if not (0 < self.before <= 1 and 0 < self.after <= 1 and 0 < self.longest <= 3):
            raise SettingsError("Pauses last up to 1 s, and words up to 3 s: choose within that.")
        if self.below_db <= 0:
            raise SettingsError("A pause lies below the word: choose more than 0 dB.")

    @property
    def context_s(self) -> float:
        """How far back from the newest sound a verdict may look, in seconds."""
        return 2 * self.longest + self.before + self.after + 1.0

    def stands_alone(self, level_db: npt.NDArray[np.float64], first: int, last: int) -> bool | None:
        """Say whether the loudest sound from step `first` to `last` stands alone.

        level_db: (steps,) of 10 ms each, until now (`kws_core.spotting.loudness.levels_db`). What
        was before them counts as silence. None: what comes next decides.
        """
        return self.is_between_pauses(level_db, *loudest_moment(level_db, first, last))

    def is_between_pauses(
        self, level_db: npt.NDArray[np.float64], loudest: int, peak_db: float
    ) -> bool | None:
        """Say whether a sound stands alone by its loudest moment, as `loudest_moment` gives it."""
        n_before, n_after, longest = map(_steps, (self.before, self.after, self.longest))
        earliest = max(0, loudest - longest - n_before)
        is_pause = level_db[earliest : loudest + longest + n_after] < peak_db - self.below_db
        if not earliest:
            is_pause = np.concatenate([np.ones(n_before, bool), is_pause])
            loudest += n_before
        loudest -= earliest
        before = [stop for _, stop in _pauses(is_pause[:loudest], n_before)]
        if not before or loudest - before[-1] > longest:
            return False
        sound = is_pause[before[-1] :]  # the word, and what comes after
        after = [start for start, _ in _pauses(sound, n_after)]
        if after:
            return after[0] <= longest
        # So far no pause is long enough. The sound may still end in time.
        return None if np.flatnonzero(~sound)[-1] < longest else False


def loudest_moment(level_db: npt.NDArray[np.float64], first: int, last: int) -> tuple[int, float]:
    """Return the loudest step from `first` to `last`, and its level over 50 ms."""
    steady = uniform_filter1d(level_db[first:last], _LOUDEST_STEPS, mode="nearest")
    loudest = int(steady.argmax())
    return first + loudest, float(steady[loudest])


def _steps(seconds: float) -> int:
    return round(seconds / STEP_S)


def _pauses(is_pause: npt.NDArray[np.bool_], n: int) -> list[tuple[int, int]]:
    """Return where pauses of at least `n` steps start and end."""
    return [(start, stop) for start, stop in runs(is_pause) if stop - start >= n]

"""From posteriors to words: scores, smoothing, thresholds, hysteresis, pauses around commands.

The rules are those of Speech Commands' ``RecognizeCommands`` (Warden 2018), but for how a word can
be heard twice: there, silence must win in between; here, the word's smoothed score need only
fall. (What is not smoothed often dips while the word passes: followed, one word in six at 20 dB
and in quiet fired twice at a threshold of 0.7, and none when smoothed.) And what is averaged are
the scores of `kws_core.spotting.word_scores`: first whether it is a word, then which.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.spotting.detector_settings import DetectorSettings
from kws_core.spotting.word_scores import word_scores

Rows = npt.NDArray[np.float64]


def smoothed_scores(
    posteriors: Rows, labels: Sequence[str], n_smoothed: int, before: Rows | None = None
) -> Rows:
    """Return the scores (n, labels) of posteriors (n, labels), smoothed; before: as `smooth`."""
    earlier = None if before is None else word_scores(before, labels)
    return smooth(word_scores(posteriors, labels), n_smoothed, earlier)


def smooth(scores: Rows, n_smoothed: int, before: Rows | None = None) -> Rows:
    """Return the mean of each row (n, labels) and the `n_smoothed` - 1 rows before it.

    before: rows that came earlier, any number of them; missing ones count as zero, so that
    nothing is heard before enough windows were.
    """
    n_before = n_smoothed - 1
    earlier = np.zeros((n_before, scores.shape[1]))
    if before is not None and n_before and len(before):
        kept = before[-n_before:]
        earlier[n_before - len(kept) :] = kept
    rows = np.concatenate([earlier, scores])
    total = np.zeros_like(scores)
    for shift in range(n_smoothed):
        total += rows[shift : shift + len(scores)]
    return total / n_smoothed


class Trigger:
    """Decides, window by window, whether a word has just been heard; as `configure` raises."""

    def __init__(self, labels: Sequence[str], settings: DetectorSettings) -> None:
        self._labels = labels
        self._held: set[int] = set()  # columns of words that were heard and go on
        self._last = -np.inf
        self.configure(settings)

    def configure(self, settings: DetectorSettings) -> None:
        """Go on with other settings; what was heard until now stays heard.

        Raises SettingsError if they name a word that the model doesn't know.
        """
        heard = set(settings.listened_for(self._labels))
        # What no score reaches keeps unknown, silence and unwanted words from firing.
        self._threshold = [
            settings.threshold_of(label) if label in heard else 2.0 for label in self._labels
        ]
        self._settings = settings

    def step(self, time: float, smoothed: Rows, level_db: float) -> int | None:
        """Return the column of the word heard in the window that ends at `time` (s), or None.

        smoothed: the window's scores (labels,); level_db: its level.
        """
        for column in tuple(self._held):
            if smoothed[column] < self._threshold[column] - self._settings.hysteresis:
                self._held.discard(column)
        best = int(smoothed.argmax())
        if (
            smoothed[best] < self._threshold[best]
            or best in self._held
            or time - self._last < self._settings.refractory - 1e-9
            or level_db < self._settings.gate_db
        ):
            return None
        self._held.add(best)
        self._last = time
        return best


@dataclass(frozen=True)
class Fired:
    """A word that fired: its column among the labels, its score, the step its window ends before.

    Steps are of 10 ms, counted from where the stream began.
    """

    column: int
    score: float
    end: int


# Given a step, the levels (steps,) in dB that are known before it, and how many came before those.
Levels = Callable[[int], tuple[npt.NDArray[np.float64], int]]


class Decider:
    """Decides as `Trigger` does, and, if only commands on their own count, waits for the pause.

    n_window: steps that a window holds.
    """

    def __init__(self, labels: Sequence[str], settings: DetectorSettings, n_window: int) -> None:
        self._trigger = Trigger(labels, settings)
        self._settings = settings
        self._n_window = n_window
        self._waiting: list[Fired] = []

    def configure(self, settings: DetectorSettings) -> None:
        """Go on with other settings; raises as `Trigger.configure` does.

        Words that wait for a pause are forgotten where none is asked for any more.
        """
        self._trigger.configure(settings)
        self._settings = settings
        if not settings.alone:
            self.interrupt()

    def interrupt(self) -> None:
        """Forget the words that wait: what would decide is lost."""
        self._waiting = []

    def step(
        self, time: float, end: int, smoothed: Rows, level_db: float, levels: Levels
    ) -> list[Fired]:
        """Return the words that are decided by the window that ends at `time` (s), before `end`.

        smoothed, level_db: as `Trigger.step` takes them. levels: called only while a word waits.
        """
        column = self._trigger.step(time, smoothed, level_db)
        fired = [] if column is None else [Fired(column, float(smoothed[column]), end)]
        if not self._settings.alone:
            return fired
        self._waiting += fired
        if not self._waiting:
            return []
        sound, before = levels(end)
        alone = {one: self._stands_alone(one, sound, before) for one in self._waiting}
        self._waiting = [one for one, verdict in alone.items() if verdict is None]
        return [one for one, verdict in alone.items() if verdict]

    def _stands_alone(
        self, one: Fired, level_db: npt.NDArray[np.float64], before: int
    ) -> bool | None:
        first = max(0, one.end - self._n_window - before)
        last = min(one.end - before, len(level_db))
        return self._settings.isolation.stands_alone(level_db, first, last)

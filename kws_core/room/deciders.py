"""The same windows decided on at many thresholds at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.spotting import Decider, DetectorSettings, ScoredWindows, smoothed_scores
from kws_core.spotting.decision import Fired, Levels
from kws_core.spotting.loudness import STEP

# Closer together near 1, where good detectors differ.
THRESHOLDS = (
    *(round(0.3 + 0.05 * i, 2) for i in range(13)),
    *(0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998, 0.999),
)
NEAR_ODDS = 8.0  # a near alarm has at least an eighth of the odds that an alarm takes
SECOND = SAMPLE_RATE // STEP  # steps of 10 ms, which a window holds

_LevelsBefore = tuple[npt.NDArray[np.float64], int]


def near_threshold(threshold: float) -> float:
    """Return the score from which a word is nearly reported."""
    odds = threshold / max(1 - threshold, 1e-9) / NEAR_ODDS
    return odds / (1 + odds)


@dataclass(frozen=True, eq=False)
class Decided:
    """What a window decided.

    time: seconds listened until its end. end: the sample it ends before. smoothed: its scores
    (labels,). own: what the settings report; near: what `near_threshold` of theirs does;
    by_threshold: what each of the thresholds does.
    """

    time: float
    end: int
    smoothed: npt.NDArray[np.float64]
    own: list[Fired]
    near: list[Fired]
    by_threshold: list[list[Fired]]


class Deciders:
    """Decides on every window at each of `thresholds`, all else as the settings say.

    Raises SettingsError if the settings name a word that is none of the labels.
    """

    def __init__(self, labels: Sequence[str], settings: DetectorSettings) -> None:
        self.thresholds = tuple(sorted({*THRESHOLDS, settings.threshold}))
        self.seconds = 0.0  # listened so far
        self._labels = labels
        self._settings = settings
        near = near_threshold(settings.threshold)
        at = (replace(settings, threshold=t, word_thresholds={}) for t in (near, *self.thresholds))
        self._deciders = [Decider(labels, one, SECOND) for one in (settings, *at)]
        self._before = np.zeros((0, len(labels)))

    def step(self, scored: ScoredWindows, levels: Levels) -> Iterator[Decided]:
        """Yield what each new window decides."""
        n_smoothed = self._settings.n_smoothed
        rows = smoothed_scores(scored.posteriors, self._labels, n_smoothed, self._before)
        known = np.concatenate([self._before, scored.posteriors])
        self._before = known[max(0, len(known) - n_smoothed + 1) :]
        computed: dict[int, _LevelsBefore] = {}

        def levels_once(step: int) -> _LevelsBefore:
            if step not in computed:
                computed[step] = levels(step)
            return computed[step]

        for end, row, level in zip(scored.end.tolist(), rows, scored.level_db, strict=True):
            self.seconds += self._settings.hop
            own, near, *others = (
                decider.step(self.seconds, end // STEP, row, float(level), levels_once)
                for decider in self._deciders
            )
            yield Decided(self.seconds, end, row, own, near, others)

    def interrupt(self) -> None:
        """Forget what waits to be decided: sound is missing."""
        self._before = self._before[:0]
        for decider in self._deciders:
            decider.interrupt()

"""Sound that the network heard once, so that decisions can be made anew at every threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.evaluation.stream_judge import Heard
from kws_core.spotting import (
    Decider,
    DetectorSettings,
    ScoredWindows,
    WindowScorer,
    smoothed_scores,
)
from kws_core.spotting.loudness import STEP, levels_db
from kws_core.spotting.recognizer import Recognizer

Smoothed = npt.NDArray[np.float64]  # (windows, labels)


@dataclass(frozen=True)
class ScoredSound:
    """The scores of a sound's windows, its level at each step of 10 ms, and a window's steps."""

    windows: ScoredWindows
    level_db: npt.NDArray[np.float64]
    n_window: int

    def smoothed(self, labels: Sequence[str], settings: DetectorSettings) -> Smoothed:
        """Return the scores (windows, labels) as the detector smooths them."""
        return smoothed_scores(self.windows.posteriors, labels, settings.n_smoothed)


def score_sound(
    recognizer: Recognizer, samples: Samples, settings: DetectorSettings
) -> ScoredSound:
    """Hear samples (n,) at 16 kHz once."""
    scorer = WindowScorer(recognizer, settings.hop_steps, history_s=1.0)
    windows = scorer.push(samples)
    return ScoredSound(windows, levels_db(samples), recognizer.n_samples // STEP)


def replay(
    sound: ScoredSound, smoothed: Smoothed, labels: Sequence[str], settings: DetectorSettings
) -> list[Heard]:
    """Return what the detector hears; smoothed: the scores of the windows (windows, labels)."""
    decider = Decider(labels, settings, sound.n_window)
    heard = []
    rows = zip(sound.windows.end.tolist(), smoothed, sound.windows.level_db.tolist(), strict=True)
    for end, scores, level_db in rows:
        time = end / SAMPLE_RATE
        # The last step's level takes 5 ms of what has not been heard yet.
        decided = decider.step(
            time, end // STEP, scores, level_db, lambda step: (sound.level_db[: step - 1], 0)
        )
        heard += [Heard(time, fired.column) for fired in decided]
    return heard

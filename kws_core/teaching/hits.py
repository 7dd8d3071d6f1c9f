"""When a word counts as found: much as the detector decides, from windows 80 ms apart.

The detector averages a few windows and asks for a high mean, so that all of them must pass. What a
run of windows reaches is therefore the best of the least of as many in a row.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kws_core.spotting import DetectorSettings

Rows = npt.NDArray[np.float64]

IN_A_ROW = DetectorSettings().n_smoothed


def reached(log_odds: Rows) -> Rows:
    """Return the highest threshold (words,) that a run of windows (n, words) still passes.

    Fewer windows than that pass none: minus infinity.
    """
    if len(log_odds) < IN_A_ROW:
        return np.full(log_odds.shape[1], -np.inf)
    rows = np.lib.stride_tricks.sliding_window_view(log_odds, IN_A_ROW, axis=0)
    return np.asarray(rows.min(axis=-1).max(axis=0))


def reached_by_run(log_odds: Rows, runs: npt.NDArray[np.integer]) -> Rows:
    """Return what each run reaches, (runs, words); runs: how many rows each has, in order."""
    stops = np.cumsum(runs)
    parts = [log_odds[stop - n : stop] for stop, n in zip(stops, runs, strict=True)]
    if not parts:
        return np.zeros((0, log_odds.shape[1]))
    return np.stack([reached(part) for part in parts])


def threshold_for(reached_by_others: npt.NDArray[np.floating], most: int) -> float:
    """Return the least threshold that at most `most` of these runs (runs,) pass."""
    in_order = np.sort(reached_by_others)[::-1]
    if most >= len(in_order):
        return float(in_order[-1]) if len(in_order) else 0.0
    return float(np.nextafter(np.float32(in_order[most]), np.float32(np.inf)))

"""Where on the detector's error curve a threshold stands, from stored results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kws_core.results.store import RESULTS_FOLDER
from kws_core.results.stream_store import available_stream_results, load_stream_figures
from kws_core.spotting import DetectorSettings

SPLIT = "val"  # the test speakers are for final figures, not for turning knobs


@dataclass(frozen=True)
class OperatingPoint:
    """missed: the share of words; per_hour: false alarms."""

    threshold: float
    missed: float
    per_hour: float


@dataclass(frozen=True)
class Measured:
    """A model's curve on streams, by rising threshold, and how it was measured."""

    curve: tuple[OperatingPoint, ...]
    smoothing: float
    refractory: float
    weights_sha256: str
    words: int
    hours: float

    def at(self, threshold: float) -> OperatingPoint:
        """Return the point of a threshold, between those measured; outside, the nearest one."""
        x = _log_odds(threshold)
        along = [_log_odds(point.threshold) for point in self.curve]
        missed = float(np.interp(x, along, [point.missed for point in self.curve]))
        per_hour = float(np.interp(x, along, [point.per_hour for point in self.curve]))
        return OperatingPoint(threshold, missed, per_hour)

    def differs(self, settings: DetectorSettings) -> tuple[str, ...]:
        """Say in which settings others than those measured are used."""
        pairs = {
            "smoothing": (self.smoothing, settings.smoothing),
            "refractory time": (self.refractory, settings.refractory),
        }
        changed = [name for name, (then, now) in pairs.items() if abs(then - now) > 1e-6]
        return (*changed, *(["words"] if settings.words is not None else []))


def measured(model: str, folder: Path = RESULTS_FOLDER) -> Measured | None:
    """Return what was measured of a model on streams; None if nothing was.

    Raises DataError if the file can't be read.
    """
    if (model, SPLIT) not in available_stream_results(folder):
        return None
    return from_figures(load_stream_figures(folder, model, SPLIT))


def from_figures(figures: dict[str, Any]) -> Measured:
    """Return the curve of stored figures."""
    points = {p["threshold"]: (p["missed"], p["per_hour"]) for p in figures["curve"]}
    # The usual threshold may lie between those of the curve: its own figures are exact.
    for p in figures.get("operating_points", ()):
        if p["missed"] is not None:
            points[p["threshold"]] = (p["missed"]["value"], p["false_alarms"]["per_hour"])
    return Measured(
        curve=tuple(OperatingPoint(t, *points[t]) for t in sorted(points)),
        smoothing=figures["detector"]["smoothing"],
        refractory=figures["detector"]["refractory"],
        weights_sha256=figures["weights_sha256"],
        words=sum(figures["words"].values()),
        hours=figures["hours"]["counted"],
    )


def _log_odds(threshold: float) -> float:
    inside = min(max(threshold, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))

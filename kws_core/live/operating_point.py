"""Misses and false alarms of the detector at a threshold, from stored results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kws_core.results.store import RESULTS_FOLDER
from kws_core.results.stream_store import available_stream_results, load_stream_figures
from kws_core.spotting import DetectorSettings

QUIET = "quiet"  # the condition without noise
SPLIT = "val"  # the test speakers are for final figures, not for turning knobs


@dataclass(frozen=True)
class OperatingPoint:
    """missed: share of words; per_hour: false alarms."""

    threshold: float
    missed: float
    per_hour: float


Curve = tuple[OperatingPoint, ...]  # by rising threshold


@dataclass(frozen=True)
class Measured:
    """Error curves of a model on streams, and how they were measured.

    curves: by condition, a name such as "quiet" or "10 dB", the easiest first. words: number in
    each of them. alarms_by_condition: whether false alarms were counted in each, or in quiet only.
    alone, smoothing, refractory: settings of the detector. alarms_in: the sound of the false
    alarms; hours: its length.
    """

    curves: Mapping[str, Curve]
    alone: bool
    smoothing: float
    refractory: float
    weights_sha256: str
    words: Mapping[str, int]
    alarms_in: str
    alarms_by_condition: bool
    hours: float

    @property
    def conditions(self) -> tuple[str, ...]:
        """Their names, the easiest first."""
        return tuple(self.curves)

    def at(self, threshold: float, condition: str) -> OperatingPoint:
        """Return the point of a threshold, between those measured; outside, the nearest one."""
        x, curve = _log_odds(threshold), self.curves[condition]
        along = [_log_odds(point.threshold) for point in curve]
        missed = float(np.interp(x, along, [point.missed for point in curve]))
        per_hour = float(np.interp(x, along, [point.per_hour for point in curve]))
        return OperatingPoint(threshold, missed, per_hour)

    def differs(self, settings: DetectorSettings) -> tuple[str, ...]:
        """Return the names of the settings that differ from those measured."""
        pairs = {
            "smoothing": (self.smoothing, settings.smoothing),
            "refractory time": (self.refractory, settings.refractory),
        }
        changed = [name for name, (then, now) in pairs.items() if abs(then - now) > 1e-6]
        if self.alone != settings.alone:
            changed.append("commands inside sentences")
        return (*changed, *(["words"] if settings.words is not None else []))


def measured(model: str, folder: Path = RESULTS_FOLDER) -> Measured | None:
    """Return what was measured of a model on streams; None if nothing was.

    Raises DataError if the file can't be read.
    """
    if (model, SPLIT) not in available_stream_results(folder):
        return None
    return from_figures(load_stream_figures(folder, model, SPLIT))


def from_figures(figures: dict[str, Any]) -> Measured:
    """Return the curves of stored figures."""
    fluent = "fluent_per_hour" in figures["curve"][0]
    points = {
        p["threshold"]: (p["fluent_per_hour" if fluent else "per_hour"], p["by_snr"])
        for p in figures["curve"]
    }
    # The usual threshold may lie between those of the curve: its own figures are exact.
    for p in figures.get("operating_points", ()):
        if p["missed"] is not None:
            alarms = (p["fluent"] if fluent else p)["false_alarms"]
            points[p["threshold"]] = (alarms["per_hour"], list(map(_as_in_curve, p["by_snr"])))
    curves: dict[str, Curve] = {}
    for i, at in enumerate(figures["curve"][0]["by_snr"]):
        curves[_condition(at["snr_db"])] = tuple(
            OperatingPoint(
                threshold, by_snr[i]["missed"], by_snr[i].get("fluent_per_hour", per_hour)
            )
            for threshold, (per_hour, by_snr) in sorted(points.items())
        )
    detector, hours = figures["detector"], figures["hours"]
    return Measured(
        curves=curves,
        alone=detector.get("alone", False),
        smoothing=detector["smoothing"],
        refractory=detector["refractory"],
        weights_sha256=figures["weights_sha256"],
        words=dict(zip(curves, figures["words"].values(), strict=True)),
        alarms_by_condition=all("fluent_per_hour" in at for at in figures["curve"][0]["by_snr"]),
        alarms_in="fluent English" if fluent else "single words, other speech and noise",
        hours=hours["fluent" if fluent else "counted"],
    )


def _as_in_curve(at: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the curve has of a ratio: shares and rates without their intervals."""
    rate = {"fluent_per_hour": at["fluent"]["false_alarms"]["per_hour"]} if at.get("fluent") else {}
    return {"missed": at["missed"]["value"], **rate}


def _condition(snr_db: float | None) -> str:
    return QUIET if snr_db is None else f"{snr_db:g} dB"


def _log_odds(threshold: float) -> float:
    inside = min(max(threshold, 1e-6), 1 - 1e-6)
    return float(np.log(inside / (1 - inside)))

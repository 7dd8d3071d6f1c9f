"""The live detector: misses against false alarms (DET), and the points to work at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from kws_core.charts.layout import COLOURS, axis, figure, legend, share_axis
from kws_core.charts.traces import scatter
from kws_core.results.exporting import percentage

_LEAST_PER_HOUR = 0.05  # where "never in these hours" is drawn


def det_figure(figures: Mapping[str, Any]) -> go.Figure:
    """Draw the miss rate against false alarms per hour of fluent English.

    A line for each ratio of speech to noise, which fluent English has too where that was measured;
    operating points are those in quiet, where they were chosen.
    """
    curve = figures["curve"]
    quiet = [point["fluent_per_hour"] for point in curve]
    thresholds = [point["threshold"] for point in curve]
    named = {}
    for i, at in enumerate(curve[0]["by_snr"]):
        rows = [point["by_snr"][i] for point in curve]
        alarms = [row.get("fluent_per_hour", q) for row, q in zip(rows, quiet, strict=True)]
        named[_ratio(at["snr_db"])] = (alarms, [row["missed"] for row in rows])
    traces: list[dict[str, Any]] = [
        scatter(
            [max(rate, _LEAST_PER_HOUR) for rate in alarms],
            missed,
            f"{name}<br>%{{y:.1%}} missed, %{{x:.2f}} false alarms per hour"
            "<br>threshold %{customdata:.3f}",
            name=name,
            customdata=thresholds,
            line={"color": COLOURS[i % len(COLOURS)], "width": 3 if i == 0 else 1.5},
        )
        for i, (name, (alarms, missed)) in enumerate(named.items())
    ]
    points = [p for p in figures.get("operating_points", []) if p["missed"] is not None]
    traces.append(
        scatter(
            [max(_fluent(p)["per_hour"], _LEAST_PER_HOUR) for p in points],
            [p["by_snr"][0]["missed"]["value"] for p in points],
            "%{text}<br>%{y:.1%} missed, %{x:.2f} per hour",
            "markers",
            name="operating points",
            marker={"size": 11, "symbol": "diamond", "color": COLOURS[1]},
            text=[_aim(p) for p in points],
        )
    )
    layout = {
        "xaxis": axis(
            "false alarms per hour of fluent English", type="log", dtick=1, exponentformat="none"
        ),
        "yaxis": share_axis("miss rate", low=-0.01, high=1.01),
        **legend(),
    }
    return figure(traces, layout, height=440)


def point_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the operating points as rows of a table."""
    return [
        {
            "Chosen as": _aim(point),
            "Threshold": point["threshold"],
            **{
                f"Missed {_ratio(at['snr_db'])}, %": percentage((at["missed"] or {}).get("value"))
                for at in point["by_snr"]
            },
            "Wrong, %": percentage((point["wrong"] or {}).get("value")),
            "False alarms per hour, fluent English": round(_fluent(point)["per_hour"], 2),
            "from": round(_fluent(point)["low"], 2),
            "to": round(_fluent(point)["high"], 2),
            "False alarms per hour, clips": round(point["false_alarms"]["per_hour"], 2),
            "Median delay, s": None if not point["latency"] else point["latency"]["median"],
            "95% within, s": None if not point["latency"] else point["latency"]["p95"],
        }
        for point in figures.get("operating_points", [])
    ]


def curve_rows(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the curve as rows of a table."""
    return [
        {
            "Threshold": point["threshold"],
            "Missed": point["missed"],
            "Wrong": point["wrong"],
            "False alarms per hour, fluent English": point["fluent_per_hour"],
            "False alarms per hour, clips": point["per_hour"],
        }
        for point in figures["curve"]
    ]


def _fluent(point: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the rate of false alarms in fluent English."""
    rate: Mapping[str, Any] = point["fluent"]["false_alarms"]
    return rate


def _aim(point: Mapping[str, Any]) -> str:
    target = point["target"]
    return "as set" if target is None else f"at most {target:g} per hour"


def _ratio(snr_db: float | None) -> str:
    return "in quiet" if snr_db is None else f"at {snr_db:g} dB"

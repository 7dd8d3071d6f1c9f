"""Accuracy under other conditions: in noise, through a narrow band, faint, and shifted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import plotly.graph_objects as go

from kws_core.charts.layout import COLOURS, GRID, axis, figure, legend, share_axis
from kws_core.charts.marks import line
from kws_core.charts.style import LINE
from kws_core.charts.traces import intervals, scatter
from kws_core.results.exporting import percentage
from kws_core.results.table import CONDITIONS

_NOISES: Final = {
    "doing_the_dishes": "doing the dishes",
    "dude_miaowing": "a cat",
    "exercise_bike": "exercise bike",
    "pink_noise": "pink noise",
    "running_tap": "running tap",
    "white_noise": "white noise",
    "everyday_sounds": "everyday sounds",
    "babble": "eight people talking",
}


def noise_name(kind: str) -> str:
    """Return what a kind of noise is called."""
    return _NOISES.get(kind, kind.replace("_", " "))


def condition_rows(conditions: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the accuracy under every condition as rows of a table."""
    rows = [{"Condition": "clean", "Value": "", **_share_cells(conditions["clean"])}]
    for kind, key, unit in CONDITIONS:
        for one in conditions.get(kind, []):
            name = noise_name(one.get("noise", kind))
            rows.append({"Condition": name, "Value": f"{one[key]:g} {unit}", **_share_cells(one)})
    return rows


def noise_figure(conditions: Mapping[str, Any]) -> go.Figure:
    """Draw accuracy against the ratio of speech to noise, for each kind of noise."""
    kinds = list(dict.fromkeys(one["noise"] for one in conditions["noise"]))
    traces = []
    for i, kind in enumerate(kinds):
        rows = [one for one in conditions["noise"] if one["noise"] == kind]
        colour = COLOURS[i % len(COLOURS)]
        traces.append(
            scatter(
                [one["snr_db"] for one in rows],
                [one["value"] for one in rows],
                f"{noise_name(kind)}<br>%{{x}} dB: %{{y:.1%}}",
                "lines+markers",
                name=noise_name(kind),
                error_y={**intervals(rows), "color": colour},
                line={"color": colour},
            )
        )
    layout = {
        "xaxis": axis("signal-to-noise ratio, dB", nticks=6),
        "yaxis": share_axis("accuracy", high=1.01),
        "shapes": [_clean_line(conditions)],
        **legend(),
    }
    return figure(traces, layout, height=430)


_TITLES: Final = {
    "bandwidth": "sampled at, Hz",
    "level": "turned down by, dB",
    "shift": "moved by, s",
}


def other_condition_figure(conditions: Mapping[str, Any], kind: str) -> go.Figure:
    """Draw accuracy against the bandwidth, the level or the shift."""
    key = next(key for name, key, _ in CONDITIONS if name == kind)
    rows = sorted(conditions[kind], key=lambda one: float(one[key]))
    lowest = min(float(one["low"]) for one in rows)
    trace = scatter(
        [one[key] for one in rows],
        [one["value"] for one in rows],
        "%{x}: %{y:.1%}",
        "lines+markers",
        error_y=intervals(rows),
        line={"color": LINE},
    )
    layout = {
        "xaxis": axis(_TITLES[kind], nticks=6),
        "yaxis": share_axis("accuracy", low=min(0.8, lowest - 0.02), high=1.01),
        "shapes": [_clean_line(conditions)],
    }
    return figure([trace], layout, height=260)


def _clean_line(conditions: Mapping[str, Any]) -> dict[str, Any]:
    clean = conditions["clean"]["value"]
    return line((0, 1), (clean, clean), 2, GRID, line_dash="dot", xref="paper")


def _share_cells(share: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Accuracy, %": percentage(share["value"]),
        "from": percentage(share["low"]),
        "to": percentage(share["high"]),
        "Clips": share["n"],
    }

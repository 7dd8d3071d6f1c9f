"""The score of a label along one knob, and where the answer flips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from kws_core.charts.layout import COLOURS
from kws_core.charts.marks import text_above, upright
from kws_core.charts.style import readable
from kws_core.charts.traces import scatter
from kws_core.lab.knobs import Knob
from kws_core.lab.robustness import Sweep, stretches_of
from kws_core.lab.score_charts import SCORE_AXIS, figure_with_names, symbols

_LEAST_ROOM: Final = 0.09  # of the axis, for a word above it


@dataclass(frozen=True, eq=False)
class FollowedSweep:
    """A sweep, with the label that is followed in it and a name to show."""

    name: str
    label: str
    sweep: Sweep


def sweep_figure(knob: Knob, followed: Sequence[FollowedSweep], now: float | None) -> go.Figure:
    """Draw the followed label's score along a knob; lines stand where the first model's flips.

    now: where the knob is, None where it has a range. Beside this draw, thinner and dashed, is
    the mean of all draws where there are several.
    """
    traces = []
    for number, one in enumerate(followed):
        colour = COLOURS[number % len(COLOURS)]
        scores = one.sweep.of(one.label)  # (values, draws)
        traces.append(
            scatter(
                one.sweep.values,
                scores[:, 0].astype(np.float32),
                f"%{{x:g}} {knob.unit}<br>{escape(readable(one.label))} "
                "%{y:.0%}<br>heard: %{text}<extra>%{fullData.name}</extra>",
                "lines+markers",
                name=escape(one.name),
                line={"width": 2, "color": colour},
                marker={"size": 8, "symbol": symbols(one.sweep.heard, one.label)},
                text=[escape(readable(label)) for label in one.sweep.heard],
            )
        )
        if one.sweep.n_draws > 1:
            traces.append(_mean_line(one, colour))
    shapes, annotations = _flips(followed[0]) if followed else ([], [])
    if now is not None and knob.values[0] <= now <= knob.values[-1]:
        shapes.append(upright(now, 1, "#888888", line_dash="dot"))
    unit = f", {knob.unit}" if knob.unit else ""
    layout = {
        "xaxis": {
            "title": {"text": f"{knob.title}{unit}", "standoff": 8},
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": SCORE_AXIS,
        "shapes": shapes,
        "annotations": annotations,
    }
    revision = f"sweep {knob.name}"
    return figure_with_names(traces, layout, len(traces) > 1, height=270, revision=revision)


def flips_text(one: FollowedSweep, knob: Knob) -> str:
    """Say between which values of a knob the answer changes."""
    unit = f" {knob.unit}" if knob.unit else ""
    runs = stretches_of(one.sweep)
    if len(runs) == 1:
        return f"{readable(runs[0].label)} at every value."
    parts = []
    for run in runs:
        span = f"{run.first:g}" if run.first == run.last else f"{run.first:g} to {run.last:g}"
        parts.append(f"{readable(run.label)} at {span}{unit}".replace("-", "−"))
    return f"{'; '.join(parts)}."


def _mean_line(one: FollowedSweep, colour: str) -> dict[str, Any]:
    return scatter(
        one.sweep.values,
        one.sweep.of(one.label).mean(axis=1).astype(np.float32),
        f"%{{x:g}}<br>mean of {one.sweep.n_draws} draws %{{y:.0%}}",
        name=f"mean of {one.sweep.n_draws} draws",
        line={"width": 1.5, "dash": "dash", "color": colour},
    )


def _flips(one: FollowedSweep) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return lines where the best label changes, and the labels between them."""
    runs = stretches_of(one.sweep)
    edges = [(a.last + b.first) / 2 for a, b in pairwise(runs)]
    values = one.sweep.values
    bounds = [values[0], *edges, values[-1]]
    annotations = [
        text_above(escape(readable(run.label)), (low + high) / 2)
        for run, (low, high) in zip(runs, pairwise(bounds), strict=True)
        # Where there is no room for the word, the text below the figure has it.
        if high - low >= _LEAST_ROOM * (values[-1] - values[0])
    ]
    lines = [upright(edge, 1.5, COLOURS[1], line_dash="dash") for edge in edges]
    return lines, annotations

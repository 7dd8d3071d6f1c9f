"""Pictures of an explanation: a map over its log-mel, and the curves that say which is faithful."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import plotly.graph_objects as go

from kws_core.audio.remembered import Floats
from kws_core.charts.layout import COLOURS, QUIET, figure, legend, share_axis
from kws_core.charts.panels import FEW_TICKS_HZ, Panels, axis_name, category_axis
from kws_core.charts.style import DB_RANGE, band_names, mel_ticks
from kws_core.charts.traces import heatmap, scatter
from kws_core.explain.faithfulness import Curve
from kws_core.explain.methods import Explanation, Faithfulness
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig

FOR: Final = "255, 157, 60"  # orange and blue: apart for every eye, and on grey
AGAINST: Final = "74, 163, 255"

_PANEL: Final = 112  # pixels
_QUANTILE: Final = 0.98  # of the cells' sizes: the colours end there

CurveKind = Literal["deletion", "insertion"]


@dataclass(frozen=True, eq=False)
class Axes:
    """Where a picture's cells are: x0 and dx in seconds, rows with their names and ticks."""

    x0: float
    dx: float
    rows: list[str]
    ticks: list[float]
    tick_names: list[str]


def axes_of(config: Any, shape: tuple[int, ...]) -> Axes:
    """Return the axes of a front end's picture (bands, frames) of one second.

    Those of a log-mel are in Hz; in the notebook's picture, rows are numbered.
    """
    n_rows, n_columns = shape
    if not isinstance(config, LogMelConfig):
        dx = config.n_samples / config.sample_rate / n_columns
        middle = n_rows // 2
        names = [f"row {row}" for row in range(n_rows)]
        return Axes(dx / 2, dx, names, [0, middle, n_rows - 1], ["low", "", "high"])
    return Axes(
        config.win_length / 2 / config.sample_rate,
        config.hop_length / config.sample_rate,
        band_names(config),
        *mel_ticks(config, FEW_TICKS_HZ),
    )


def map_figure(shown: Explanation, picture: Floats, config: Any, revision: str) -> go.Figure:
    """Draw a map over its picture, and the untrained network's below it.

    The picture is grey; orange cells speak for the label, blue ones against it, as strongly as
    they are coloured: each map up to its own strongest cells. revision: zoom stays with it.
    """
    axes = axes_of(config, picture.shape)
    panels = Panels([_PANEL] * 2, ["Trained", "Untrained"], config, revision, bars=False)
    for row, values in enumerate((shown.attribution, shown.untrained), 1):
        panels.traces += [
            {**trace, "x0": axes.x0, "dx": axes.dx, "y": axes.rows, "yaxis": axis_name(row)}
            for trace in (_grey(picture, config), _cells(values))
        ]
        panels.y_axis(row).update(category_axis(axes.rows, axes.ticks, axes.tick_names))
    return panels.figure()


def curves_figure(measured: Mapping[str, Faithfulness], kind: CurveKind) -> go.Figure:
    """Draw one kind of curve of several orders of cells, by name; the last two are references."""
    traces: list[dict[str, Any]] = []
    n_maps = len(measured) - 2
    for number, (name, one) in enumerate(measured.items()):
        curve: Curve = getattr(one, kind)
        is_map = number < n_maps
        dash = "solid" if is_map else ("dot", "dash")[number - n_maps]
        traces.append(
            scatter(
                curve.shares,
                curve.scores,
                f"{name}<br>%{{x:.0%}} of the cells: %{{y:.0%}}",
                name=name,
                line={"color": COLOURS[number] if is_map else QUIET, "width": 2, "dash": dash},
            )
        )
    verb = "removed" if kind == "deletion" else "shown"
    layout = {
        "xaxis": share_axis(f"cells {verb}"),
        "yaxis": share_axis("score", 0.0, 1.02),
        **legend(),
    }
    return figure(traces, layout, height=340, margin=(56, 12, 70, 48))


def _grey(picture: Floats, config: Any) -> dict[str, Any]:
    levels = picture * np.float32(LN_TO_DB if isinstance(config, LogMelConfig) else 1.0)
    high = float(levels.max())
    low = max(float(levels.min()), high - DB_RANGE)
    return heatmap(
        levels,
        zmin=low,
        zmax=max(high, low + 1.0),
        colorscale=[[0, "#16191d"], [1, "#c9ced3"]],
        showscale=False,
    )


def _cells(values: Floats) -> dict[str, Any]:
    strongest = float(np.quantile(np.abs(values), _QUANTILE)) or float(np.abs(values).max()) or 1.0
    return heatmap(
        values,
        "%{x:.3f} s<br>%{y}<br>%{z:+.2g}",
        zmin=-strongest,
        zmax=strongest,
        colorscale=[
            [0.0, f"rgba({AGAINST}, 0.95)"],
            [0.5, f"rgba({AGAINST}, 0)"],
            [0.5, f"rgba({FOR}, 0)"],
            [1.0, f"rgba({FOR}, 0.95)"],
        ],
        showscale=False,
    )

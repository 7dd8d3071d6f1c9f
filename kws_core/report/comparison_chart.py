"""Accuracy against what a model costs, ours and published ones."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import plotly.graph_objects as go

from kws_core.charts.layout import GRID, QUIET, WRONG, axis, figure, legend
from kws_core.charts.style import LINE
from kws_core.report.comparison import KINDS, Cost, Kind, Row

_AXES: Final[dict[Cost, str]] = {
    "weights": "weights",
    "macs": "multiply-accumulates for a second",
    "bytes": "bytes of the file",
    "latency": "milliseconds for a second, each on its own machine",
}
_LOOKS: Final[dict[Kind, dict[str, Any]]] = {
    "published": {"symbol": "circle-open", "color": QUIET, "size": 9, "line": {"width": 2}},
    "notebook": {"symbol": "x", "color": WRONG, "size": 10},
    "ours": {"symbol": "circle", "color": LINE, "size": 12},
}


def comparison_figure(rows: Sequence[Row], cost: Cost) -> go.Figure:
    """Draw those of the rows whose cost is known; cost is on a logarithmic axis."""
    known = [row for row in rows if row.cost(cost) is not None]
    traces = [_trace([row for row in known if row.kind == kind], kind, cost) for kind in _LOOKS]
    costs = [row.cost(cost) or 0.0 for row in known]
    within_a_decade = bool(costs) and max(costs) < 10 * min(costs)
    lowest = min((row.share.low if row.share else row.accuracy for row in known), default=0.9)
    layout = {
        "xaxis": axis(
            _AXES[cost], type="log", exponentformat="SI", dtick="D1" if within_a_decade else 1
        ),
        "yaxis": axis(
            "right",
            tickformat=".0%",
            range=[max(lowest - 0.02, 0.0), 1.005],
            gridcolor=GRID,
        ),
        "showlegend": True,
        "legend": legend(),
    }
    return figure([trace for trace in traces if trace["x"]], layout, height=420)


def comparison_text(rows: Sequence[Row], cost: Cost) -> str:
    """Say in a sentence what the figure shows."""
    known = [row for row in rows if row.cost(cost) is not None]
    ours = [row for row in known if row.kind == "ours"]
    told = "; ".join(f"{row.name} {row.accuracy:.1%} ({row.tested_on})" for row in ours)
    return (
        f"Accuracy against {_AXES[cost]}, {len(known)} figures; measured here: "
        f"{told or 'none of ours'}."
    )


def _trace(rows: Sequence[Row], kind: Kind, cost: Cost) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "type": "scatter",
        "name": KINDS[kind],
        "x": [row.cost(cost) for row in rows],
        "y": [row.accuracy for row in rows],
        "mode": "markers+text" if kind == "ours" else "markers",
        **_names(rows, cost),
        "cliponaxis": False,
        "marker": _LOOKS[kind],
        "hovertext": [_hover(row) for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    if kind == "ours":
        trace["error_y"] = {
            "type": "data",
            "symmetric": False,
            "array": [row.share.high - row.accuracy if row.share else 0.0 for row in rows],
            "arrayminus": [row.accuracy - row.share.low if row.share else 0.0 for row in rows],
            "thickness": 1.5,
            "width": 4,
        }
    return trace


def _names(rows: Sequence[Row], cost: Cost) -> dict[str, list[str]]:
    """Write each name once, under its lowest figure; neighbours on either side of their marker.

    Above them are published figures.
    """
    by_cost = list(dict.fromkeys(row.name for row in sorted(rows, key=lambda r: r.cost(cost) or 0)))
    names = [row.name for row in rows]  # best first
    return {
        "text": ["" if name in names[i + 1 :] else escape(name) for i, name in enumerate(names)],
        "textposition": [f"bottom {('left', 'right')[by_cost.index(name) % 2]}" for name in names],
    }


def _hover(row: Row) -> str:
    lines = [f"<b>{escape(row.name)}</b> {row.accuracy:.2%}", row.tested_on, row.source]
    lines += [row.machine] if row.machine else []
    return "<br>".join(escape(line) if i else line for i, line in enumerate(lines))

"""Accuracy against the cost of a model, ours and published ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any, Final

import plotly.graph_objects as go

from kws_core.charts.layout import QUIET, WRONG, axis, figure, legend
from kws_core.charts.style import LINE
from kws_core.charts.traces import error_bars, scatter
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
_TICKS: Final = (0.995, 0.99, 0.98, 0.97, 0.96, 0.95, 0.9, 0.85, 0.8, 0.7, 0.5)

# Names are placed as if the plot had this size, in pixels; one letter takes so much of it.
_WIDTH, _HEIGHT, _LETTER, _LINE_HEIGHT, _MARKER = 560, 330, 6.2, 13, 14
_PLACES: Final = ("middle right", "middle left", "bottom center", "top center",
                  "bottom right", "top right", "bottom left", "top left")  # fmt: skip

_Box = tuple[float, float, float, float]


def comparison_figure(rows: Sequence[Row], cost: Cost) -> go.Figure:
    """Draw the rows whose cost is known; cost and errors are on logarithmic axes."""
    known = [row for row in rows if row.cost(cost) is not None]
    costs = [row.cost(cost) or 0.0 for row in known]
    within_a_decade = bool(costs) and max(costs) < 10 * min(costs)
    low = min((row.share.low if row.share else row.accuracy for row in known), default=0.9)
    high = max((row.share.high if row.share else row.accuracy for row in known), default=0.99)
    # Upside down and logarithmic in the errors, so that good models do not lie on each other.
    span = [math.log10(1.15 * (1 - low)), math.log10((1 - high) / 1.15)]
    places = _places(known, cost, span)
    layout = {
        "xaxis": axis(
            _AXES[cost], type="log", exponentformat="SI", dtick="D1" if within_a_decade else 1
        ),
        "yaxis": axis(
            "accuracy",
            type="log",
            range=span,
            tickvals=[1 - tick for tick in _TICKS],
            ticktext=[f"{100 * tick:g}%" for tick in _TICKS],
        ),
        **legend(),
    }
    traces = [_trace(known, places, kind, cost) for kind in _LOOKS]
    return figure([trace for trace in traces if trace["x"]], layout, height=420)


def comparison_text(rows: Sequence[Row], cost: Cost) -> str:
    """Say in a sentence what the figure shows."""
    known = [row for row in rows if row.cost(cost) is not None]
    ours = [row for row in known if row.kind == "ours"]
    listed = "; ".join(f"{row.name} {row.accuracy:.1%} ({row.tested_on})" for row in ours)
    return (
        f"Accuracy against {_AXES[cost]} of {len(known)} models; measured here: {listed or 'none'}."
    )


def _trace(known: Sequence[Row], places: Sequence[str], kind: Kind, cost: Cost) -> dict[str, Any]:
    chosen = [(row, place) for row, place in zip(known, places, strict=True) if row.kind == kind]
    rows = [row for row, _ in chosen]
    trace = scatter(
        [row.cost(cost) for row in rows],
        [1 - row.accuracy for row in rows],
        "%{hovertext}",
        "markers+text",
        name=KINDS[kind],
        text=[escape(row.name) if place else "" for row, place in chosen],
        textposition=[place or "top center" for _, place in chosen],
        textfont={"size": 11},
        cliponaxis=False,
        marker=_LOOKS[kind],
        hovertext=[_hover(row) for row in rows],
    )
    if kind == "ours":
        # Upwards are the errors.
        trace["error_y"] = error_bars(
            [row.accuracy - row.share.low if row.share else 0.0 for row in rows],
            [row.share.high - row.accuracy if row.share else 0.0 for row in rows],
        )
    return trace


def _places(rows: Sequence[Row], cost: Cost, span: Sequence[float]) -> list[str]:
    """Return where each row's name is written: beside its marker, over no other; "" if nowhere.

    Ours choose first, and a model that was measured twice is named once.
    """
    across = [math.log10(row.cost(cost) or 1.0) for row in rows]
    left, width = min(across, default=0.0), (max(across, default=1.0) - min(across, default=0.0))
    points = [
        (_WIDTH * (0.05 + 0.9 * (x - left) / (width or 1.0)),
         _HEIGHT * (math.log10(1 - row.accuracy) - span[1]) / (span[0] - span[1]))
        for x, row in zip(across, rows, strict=True)
    ]  # fmt: skip
    taken: list[_Box] = [_box(point, _MARKER, _MARKER) for point in points]
    places = [""] * len(rows)
    named: set[str] = set()
    for i in sorted(range(len(rows)), key=lambda i: rows[i].kind != "ours"):
        if rows[i].name in named:
            continue
        for place in _PLACES:
            box = _name_box(points[i], place, _LETTER * len(rows[i].name))
            if (
                box[0] >= 0
                and box[2] <= _WIDTH
                and not any(_overlap(box, other) for other in taken)
            ):
                places[i] = place
                taken.append(box)
                named.add(rows[i].name)
                break
    return places


def _name_box(point: tuple[float, float], place: str, width: float) -> _Box:
    x, y = point
    aside = {"left": -1, "center": 0, "right": 1}[place.split()[1]]
    down = {"top": -1, "middle": 0, "bottom": 1}[place.split()[0]]
    beside = (x + aside * (width + _MARKER) / 2, y + down * (_LINE_HEIGHT + _MARKER) / 2)
    return _box(beside, width, _LINE_HEIGHT)


def _box(middle: tuple[float, float], width: float, height: float) -> _Box:
    x, y = middle
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _overlap(one: _Box, other: _Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _hover(row: Row) -> str:
    lines = [row.tested_on, row.source, row.machine]
    head = f"<b>{escape(row.name)}</b> {row.accuracy:.2%}"
    return "<br>".join([head, *(escape(line) for line in lines if line)])

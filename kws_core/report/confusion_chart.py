"""The chart of the confusion matrix, in counts or shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from kws_core.charts.layout import figure
from kws_core.charts.marks import box
from kws_core.charts.style import LINE, readable
from kws_core.charts.traces import heatmap, scatter
from kws_core.report.confusion import Confusion, Counts

Unit = Literal["counts", "shares"]

UNITS: Final[dict[Unit, str]] = {"shares": "shares", "counts": "counts"}

_LEAST_HEIGHT, _ROW, _MOST_HEIGHT = 120, 30, 640  # pixels
# Grey where nothing is wrong; from there on one hue, the darker the more.
_COLOURS: Final = [[0, "rgba(128, 140, 145, 0.13)"], [0.001, "#fde0c0"], [0.4, "#f08c3c"],
                   [1, "#8a2b06"]]  # fmt: skip


def confusion_figure(
    confusion: Confusion, unit: Unit, cell: tuple[str, str] | None = None
) -> go.Figure:
    """Draw the errors; every cell can be clicked: its customdata is the two labels.

    cell: (said, heard), outlined. The diagonal is blank, so that the colours, which follow the
    root of the share, are all for the errors.
    """
    rows = [i for i, n in enumerate(confusion.n_said) if n]
    columns = [i for i, n in enumerate(confusion.counts.sum(axis=0)) if n or i in rows]
    said = [readable(confusion.labels[i]) for i in rows]
    heard = [readable(confusion.labels[i]) for i in columns]
    counts, shares = confusion.counts[np.ix_(rows, columns)], confusion.shares[rows][:, columns]
    right = np.equal.outer(rows, columns)
    errors = np.where(right, 0.0, shares)
    heat = heatmap(
        np.where(right, np.nan, np.sqrt(errors)),
        x=heard,
        y=said,
        text=_numbers(np.where(right, 0, counts), errors, unit),
        texttemplate="%{text}",  # Plotly makes it light on dark cells and dark on light ones
        textfont={"size": 8},
        colorscale=_COLOURS,
        zmin=0,
        zmax=max(float(np.sqrt(errors.max(initial=0))), 0.1),
        xgap=1,
        ygap=1,
        showscale=False,  # the numbers stand in the cells
    )
    # A click on a heat map selects nothing; points on its cells can be selected.
    down, across = np.indices(counts.shape).reshape(2, -1).tolist()
    points = scatter(
        [heard[j] for j in across],
        [said[i] for i in down],
        "%{hovertext}",
        "markers",
        marker={"symbol": "square", "size": 12, "color": "rgba(0, 0, 0, 0)"},
        customdata=[
            [confusion.labels[rows[i]], confusion.labels[columns[j]]]
            for i, j in zip(down, across, strict=True)
        ],
        hovertext=[
            f"{said[i]} recognised as {heard[j]}<br>{counts[i, j]} of "
            f"{confusion.n_said[rows[i]]}, {shares[i, j]:.1%}"
            for i, j in zip(down, across, strict=True)
        ],
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    layout = {
        "xaxis": {
            "title": {"text": "recognised as", "standoff": 4},
            "tickangle": -90,
            "side": "top",
            "fixedrange": True,
            "showgrid": False,
            "dtick": 1,
            "range": [-0.5, len(columns) - 0.5],
        },
        "yaxis": {
            "title": {"text": "said", "standoff": 4},
            "range": [len(rows) - 0.5, -0.5],
            "fixedrange": True,
            "showgrid": False,
            "dtick": 1,
        },
        "font": {"size": 11},
        "shapes": _outline(cell, confusion, rows, columns),
        "clickmode": "event+select",
    }
    height = min(_LEAST_HEIGHT + _ROW * len(rows), _MOST_HEIGHT)
    return figure([heat, points], layout, height=height, margin=(82, 4, 82, 4))


def _outline(
    cell: tuple[str, str] | None, confusion: Confusion, rows: Sequence[int], columns: Sequence[int]
) -> list[dict[str, Any]]:
    if cell is None or not set(cell) <= set(confusion.labels):
        return []
    i, j = (confusion.labels.index(label) for label in cell)
    if i not in rows or j not in columns:
        return []
    y, x = rows.index(i), columns.index(j)
    return [box((x - 0.5, x + 0.5), (y - 0.5, y + 0.5), 2.5, LINE)]


def _numbers(counts: Counts, shares: npt.NDArray[np.float64], unit: Unit) -> list[list[str]]:
    """Return the text of the cells, empty for zero."""
    shown = counts if unit == "counts" else np.rint(100 * shares).astype(np.int64)
    return [[str(n) if n else "" for n in row] for row in shown.tolist()]

"""What figures of something measured have in common: colours, axes, margins."""

from __future__ import annotations

from typing import Any, Final

import plotly.graph_objects as go

from kws_core.charts.style import LINE, frame

# In order: contrast above 3 on white and on near-black.
COLOURS: Final = (LINE, "#cf6a17", "#8f6bdc", "#7a8a00", "#c04a8b", "#5b7f95", "#a6761d", "#777777")
QUIET: Final = "rgba(128, 140, 145, 0.55)"
WRONG: Final = "#d3562f"
GRID: Final = "rgba(128, 140, 145, 0.25)"


def figure(
    traces: list[dict[str, Any]],
    layout: dict[str, Any],
    *,
    height: int,
    margin: tuple[int, int, int, int] = (56, 12, 12, 48),
    revision: str = "report",
) -> go.Figure:
    """Put a figure together at once; margin: left, right, top, bottom, in pixels."""
    common = frame(height, margin, revision, zoom=False)
    return go.Figure({"data": traces, "layout": common | layout})


def axis(title: str = "", **more: Any) -> dict[str, Any]:
    """Return a fixed axis with a title."""
    return {
        "title": {"text": title, "standoff": 8},
        "fixedrange": True,
        "zeroline": False,
        "gridcolor": GRID,
        **more,
    }


def share_axis(title: str, low: float = 0.0, high: float = 1.0, **more: Any) -> dict[str, Any]:
    """Return an axis of shares, 0 to 1, written as percentages."""
    return axis(title, range=[low, high], tickformat=".0%", nticks=6, **more)


def legend(y: float = 1.02, anchor: str = "bottom", *, shown: bool = True) -> dict[str, Any]:
    """Return a layout with a legend above the picture, from the left; anchor "top": below `y`."""
    place = {"orientation": "h", "y": y, "yanchor": anchor, "x": 0.0, "xanchor": "left"}
    return {"showlegend": shown, "legend": place}

"""Lines, boxes and words laid over a picture, as the dictionaries that Plotly takes.

More of a mark, such as `line_dash` or `xref`, is named as Plotly names it.
"""

from __future__ import annotations

from typing import Any

from kws_core.charts.style import LINE

Ends = tuple[float, float]


def line(x: Ends, y: Ends, width: float, color: str, **more: Any) -> dict[str, Any]:
    """Return a straight line from (x[0], y[0]) to (x[1], y[1])."""
    ends = {"x0": x[0], "x1": x[1], "y0": y[0], "y1": y[1]}
    return {"type": "line", **ends, "line_width": width, "line_color": color, **more}


def upright(x: float, width: float, color: str, yref: str = "paper", **more: Any) -> dict[str, Any]:
    """Return a line over the whole height of the plot, or of the axis `yref`."""
    return line((x, x), (0, 1), width, color, yref=yref, **more)


def box(x: Ends, y: Ends, width: float, color: str, **more: Any) -> dict[str, Any]:
    """Return a box with an edge of a width and a colour."""
    return line(x, y, width, color, **more) | {"type": "rect"}


def shade(x: Ends, **more: Any) -> dict[str, Any]:
    """Return a weak tint of a stretch of x, from the bottom to the top of the axis `yref`."""
    return box(x, (0, 1), 0, LINE, fillcolor=LINE, opacity=0.2, layer="below", **more)


def text_at(text: str, x: float, y: float, size: float = 12, **more: Any) -> dict[str, Any]:
    """Return text at a place."""
    return {"text": text, "x": x, "y": y, "showarrow": False, "font_size": size, **more}


def text_above(
    text: str, x: float, size: float = 12, y: float = 1.0, **more: Any
) -> dict[str, Any]:
    """Return text that stands on `y`, a share of the height of the plot, or of the axis `yref`."""
    return text_at(text, x, y, size, **{"yref": "paper", "yanchor": "bottom", **more})


def panel_title(text: str, top: float) -> dict[str, Any]:
    """Return the title of a panel whose upper edge is at `top`, a share of the plot's height."""
    return text_above(text, 0.0, 13, top, xref="paper", xanchor="left")

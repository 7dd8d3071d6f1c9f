"""What charts draw, as the dictionaries that Plotly takes.

More of a trace, such as `name` or `marker`, is named as Plotly names it. What the pointer reads is
given without the end that Plotly wants, unless it has one; without any text, it reads nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt


def scatter(x: Any, y: Any, hover: str = "", mode: str = "lines", **more: Any) -> dict[str, Any]:
    """Return a line through points, or the points alone."""
    return {"type": "scatter", "x": x, "y": y, "mode": mode, **_hover(hover), **more}


def heatmap(values: npt.ArrayLike, hover: str = "", **more: Any) -> dict[str, Any]:
    """Return values (rows, columns) as colours, the first row at the bottom."""
    return {"type": "heatmap", "z": np.asarray(values, np.float32), **_hover(hover), **more}


def bar(x: Any, y: Any, hover: str, color: Any, **more: Any) -> dict[str, Any]:
    """Return bars without an edge."""
    marker = {"color": color, "line": {"width": 0}}
    return {"type": "bar", "x": x, "y": y, "marker": marker, **_hover(hover), **more}


def error_bars(
    above: Sequence[float], below: Sequence[float], thickness: float = 1, width: float = 3
) -> dict[str, Any]:
    """Return how far the bars of points reach above and below them."""
    return {
        "type": "data",
        "symmetric": False,
        "array": above,
        "arrayminus": below,
        "thickness": thickness,
        "width": width,
    }


def intervals(shares: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the 95 % intervals of shares as error bars."""
    return error_bars(
        [share["high"] - share["value"] for share in shares],
        [share["value"] - share["low"] for share in shares],
    )


def _hover(text: str) -> dict[str, str]:
    if not text:
        return {"hoverinfo": "skip"}
    return {"hovertemplate": text if "<extra>" in text else f"{text}<extra></extra>"}

"""The best words as bars. Scores in, Plotly out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from kws_core.charts.layout import figure
from kws_core.charts.style import LINE, percent, readable
from kws_core.charts.traces import bar

_QUIET_BAR = "rgba(38, 130, 142, 0.45)"
SCORE_BARS: Final[dict[str, Any]] = {
    # Room to the right of a full bar for its percentage.
    "xaxis": {"range": [0.0, 1.18], "visible": False, "fixedrange": True},
    "yaxis": {
        "autorange": "reversed",
        "fixedrange": True,
        "ticks": "",
        "showgrid": False,
        "automargin": True,
    },
}


def scores_figure(scores: Mapping[str, float], top: int = 5) -> go.Figure:
    """Draw the `top` best labels as horizontal bars, best first; scores are 0 to 1."""
    best = best_scores(scores, top)
    colours = [LINE] + [_QUIET_BAR] * (len(best) - 1)
    bars = score_bars(dict(best), "%{y}: %{x:.2%}", colours)
    height = 16 + 36 * max(len(best), 1)
    layout = SCORE_BARS | {"bargap": 0.35}
    return figure([bars], layout, height=height, margin=(8, 8, 8, 8), revision="scores")


def score_bars(scores: Mapping[str, float], hover: str, color: Any, **more: Any) -> dict[str, Any]:
    """Return labels as horizontal bars, each with its score as a percentage."""
    return bar(
        np.array(list(scores.values()), dtype=np.float32),
        [readable(label) for label in scores],
        hover,
        color,
        orientation="h",
        text=[percent(score) for score in scores.values()],
        textposition="outside",
        cliponaxis=False,
        **more,
    )


def describe_scores(scores: Mapping[str, float], top: int = 5) -> str:
    """Say in one sentence what `scores_figure` shows, for those who can't see it."""
    best = [f"{readable(label)} {percent(score)}" for label, score in best_scores(scores, top)]
    return f"Scores, best first: {', '.join(best)}." if best else "No scores."


def best_scores(scores: Mapping[str, float], top: int = 5) -> list[tuple[str, float]]:
    """Return the `top` labels with the highest scores, best first."""
    ranked = sorted(scores.items(), key=lambda item: item[1], reverse=True)
    return [(label, float(score)) for label, score in ranked[:top]]

"""The best words as bars. Scores in, Plotly out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from kws_core.charts.style import LINE, frame, percent, readable

_QUIET_BAR = "rgba(38, 130, 142, 0.45)"


def scores_figure(scores: Mapping[str, float], top: int = 5) -> go.Figure:
    """Draw the `top` best labels as horizontal bars, best first; scores are 0 to 1."""
    best = best_scores(scores, top)
    shares = np.array([score for _, score in best], dtype=np.float32)
    bars = go.Bar(
        x=shares,
        y=[readable(label) for label, _ in best],
        orientation="h",
        text=[percent(score) for _, score in best],
        textposition="outside",
        cliponaxis=False,
        marker={"color": [LINE] + [_QUIET_BAR] * (len(best) - 1), "line": {"width": 0}},
        hovertemplate="%{y}: %{x:.2%}<extra></extra>",
    )
    figure = go.Figure(bars)
    # Room to the right of a full bar for its percentage.
    figure.update_xaxes(range=[0.0, 1.16], visible=False, fixedrange=True)
    figure.update_yaxes(
        autorange="reversed", fixedrange=True, ticks="", showgrid=False, automargin=True
    )
    height = 16 + 36 * max(len(best), 1)
    figure.update_layout(frame(height, (8, 8, 8, 8), "scores", zoom=False), bargap=0.35)
    return figure


def describe_scores(scores: Mapping[str, float], top: int = 5) -> str:
    """Say in one sentence what `scores_figure` shows, for those who can't see it."""
    best = [f"{readable(label)} {percent(score)}" for label, score in best_scores(scores, top)]
    return f"Scores, best first: {', '.join(best)}." if best else "No scores."


def best_scores(scores: Mapping[str, float], top: int = 5) -> list[tuple[str, float]]:
    """Return the `top` labels with the highest scores, best first."""
    ranked = sorted(scores.items(), key=lambda item: item[1], reverse=True)
    return [(label, float(score)) for label, score in ranked[:top]]

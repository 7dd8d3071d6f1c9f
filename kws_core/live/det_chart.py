"""The error curve of a detector as a chart: misses against false alarms, and one point on it."""

from __future__ import annotations

import plotly.graph_objects as go

from kws_core.charts.style import CLEAR, LINE, percent
from kws_core.live.operating_point import Curve, OperatingPoint

LEAST_PER_HOUR = 0.1  # what the logarithmic axis begins at
_HERE = "#e07b39"
_HEIGHT = 300  # pixels


def det_figure(points: Curve, here: OperatingPoint | None) -> go.Figure:
    """Draw false alarms per hour (logarithmic) across and misses up, and one point, if there is."""
    curve = go.Scatter(
        x=[max(point.per_hour, LEAST_PER_HOUR) for point in points],
        y=[100 * point.missed for point in points],
        customdata=[[point.threshold] for point in points],
        mode="lines+markers",
        line={"color": LINE, "width": 2},
        marker={"size": 5},
        hovertemplate="threshold %{customdata[0]:g}<br>%{y:.1f}% missed<br>"
        "%{x:.2g} false alarms per hour<extra></extra>",
    )
    figure = go.Figure(curve)
    if here is not None:
        figure.add_scatter(
            x=[max(here.per_hour, LEAST_PER_HOUR)],
            y=[100 * here.missed],
            mode="markers+text",
            text=[f"{here.threshold:g}"],
            textposition="top right",
            marker={"size": 14, "color": _HERE, "line": {"color": "#ffffff", "width": 2}},
            hoverinfo="skip",
        )
    title = "false alarms per hour"
    if any(point.per_hour < LEAST_PER_HOUR for point in points):
        title += f" (down to {LEAST_PER_HOUR})"
    figure.update_xaxes(type="log", title=title, dtick=1, fixedrange=True)
    figure.update_yaxes(title="words missed, %", rangemode="tozero", fixedrange=True)
    figure.update_layout(
        height=_HEIGHT,
        margin={"l": 56, "r": 12, "t": 12, "b": 48},
        showlegend=False,
        dragmode=False,
        uirevision="det",
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
    )
    return figure


def describe_point(point: OperatingPoint) -> str:
    """Return misses and false alarms in words."""
    missed = percent(point.missed, 1)
    return f"{missed} of words missed, {point.per_hour:.1f} false alarms per hour"

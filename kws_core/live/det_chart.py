"""The error curve of a detector as a figure: misses against false alarms, and where one stands."""

from __future__ import annotations

import plotly.graph_objects as go

from kws_core.charts.style import CLEAR, LINE
from kws_core.live.operating_point import Measured, OperatingPoint

LEAST_PER_HOUR = 0.1  # what the logarithmic axis begins at
_HERE = "#e07b39"
_HEIGHT = 300  # pixels


def det_figure(found: Measured, here: OperatingPoint) -> go.Figure:
    """Draw the curve, false alarms per hour (logarithmic) across and misses up, and a point."""
    curve = go.Scatter(
        x=[max(point.per_hour, LEAST_PER_HOUR) for point in found.curve],
        y=[100 * point.missed for point in found.curve],
        customdata=[[point.threshold] for point in found.curve],
        mode="lines+markers",
        line={"color": LINE, "width": 2},
        marker={"size": 5},
        hovertemplate="threshold %{customdata[0]:g}<br>%{y:.1f} % missed<br>"
        "%{x:.2g} false alarms an hour<extra></extra>",
    )
    mark = go.Scatter(
        x=[max(here.per_hour, LEAST_PER_HOUR)],
        y=[100 * here.missed],
        mode="markers+text",
        text=[f"{here.threshold:g}"],
        textposition="top right",
        marker={"size": 14, "color": _HERE, "line": {"color": "#ffffff", "width": 2}},
        hoverinfo="skip",
    )
    figure = go.Figure([curve, mark])
    title = "false alarms per hour"
    if any(point.per_hour < LEAST_PER_HOUR for point in (*found.curve, here)):
        title += f" ({LEAST_PER_HOUR}: or fewer)"
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
    """Say what a threshold means."""
    missed = f"{100 * point.missed:.1f}\N{NO-BREAK SPACE}%"
    return f"{missed} of the words missed, {point.per_hour:.1f} false alarms per hour"

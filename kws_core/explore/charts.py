"""The stack of panes on one time axis, as a Plotly figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from kws_core.charts.style import (
    LINE,
    amplitude_axis,
    colour_bar,
    frame,
    panel_title,
    peak_of,
    time_axis,
)
from kws_core.explore.downsample import thin
from kws_core.explore.panes import Curves, Pane, Picture, Wave
from kws_core.explore.settings import ViewSettings
from kws_core.explore.traces import (
    COLOURS,
    MODE_BAR,
    Limits,
    colour_scale,
    heatmap,
    line_trace,
    picture_axis,
    wave_traces,
)
from kws_core.explore.views import Span

_GAP, _TOP, _BOTTOM, _BAR = 30, 26, 34, 42  # pixels; the colour bar's are below the axis
_LEAST_SIGNED: Final = 0.001


def limits(stacks: Sequence[Sequence[Pane]], settings: ViewSettings) -> list[Limits]:
    """Return the lowest and highest value that each pane shows, the same for all the stacks.

    The stacks are of different clips and the same views.
    """
    together = []
    for panes in zip(*stacks, strict=True):
        each = [_limits(pane, settings) for pane in panes]
        together.append((min(low for low, _ in each), max(high for _, high in each)))
    for index, pane in enumerate(stacks[0]):
        if isinstance(pane, Picture) and pane.kind == "level":
            high = together[index][1]
            together[index] = high - settings.db_range, high
    return together


def _limits(pane: Pane, settings: ViewSettings) -> Limits:
    match pane:
        case Wave():
            peak = peak_of(pane.samples)
            return -peak, peak
        case Curves():
            return pane.low, pane.high
        case Picture(kind="share"):
            return 0.0, 1.0
        case Picture(kind="signed"):
            size = max(float(np.abs(pane.values).max(initial=0.0)), _LEAST_SIGNED)
            return -size, size
        case Picture():
            high = float(pane.values.max())
            return high - settings.db_range, high


def stack_figure(
    panes: Sequence[Pane],
    settings: ViewSettings,
    part: Span,
    shown_limits: Sequence[Limits],
    revision: str,
) -> go.Figure:
    """Draw panes below each other on one time axis, which zooms all of them together.

    part: of the clip that is drawn, in seconds. shown_limits: see `limits`. revision: while it
    stays the same, so does a person's zoom.
    """
    pictures = [pane for pane in panes if isinstance(pane, Picture)]
    thinned, exact = thin(pictures, part, settings.frequency_axis)
    drawn = dict(zip(map(id, pictures), thinned, strict=True))
    domains, plot_height = _domains([pane.height for pane in panes])
    bottom = _BOTTOM + (_BAR if any(picture.kind == "level" for picture in pictures) else 0)
    # Plain dictionaries, checked once at the end: Plotly's own objects take ten times as long.
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    titles: list[dict[str, Any]] = []
    for index, (pane, shown, domain) in enumerate(zip(panes, shown_limits, domains, strict=True)):
        name = "" if index == 0 else str(index + 1)
        match pane:
            case Wave():
                new = wave_traces(pane, part)
                vertical = amplitude_axis(shown[1])
            case Curves():
                new = [line_trace(line, part, pane) for line in pane.lines]
                vertical = {"range": list(shown), "fixedrange": True, "nticks": 5}
            case Picture():
                new = [heatmap(drawn[id(pane)], shown, exact)]
                vertical = picture_axis(drawn[id(pane)], settings.frequency_axis)
        traces += [{**trace, "xaxis": f"x{name}", "yaxis": f"y{name}"} for trace in new]
        layout[f"yaxis{name}"] = {**vertical, "domain": domain, "anchor": f"x{name}"}
        is_last = index == len(panes) - 1
        layout[f"xaxis{name}"] = _time_axis(part, f"y{name}", index > 0, is_last)
        titles.append(panel_title(_heading(pane, shown), domain[1]))
        if not isinstance(pane, Picture):
            shapes += _spans(pane.spans, name)
    layout |= {
        **frame(plot_height + _TOP + bottom, (52, 10, _TOP, bottom), revision),
        "shapes": shapes,
        "annotations": titles,
        "coloraxis": _level_colours(settings, plot_height),
        "coloraxis2": {
            "colorscale": colour_scale(settings.colour_map),
            "cmin": 0.0,
            "cmax": 1.0,
            "showscale": False,
        },
        "modebar": MODE_BAR,
    }
    return go.Figure(data=traces, layout=layout)


def _domains(heights: Sequence[int]) -> tuple[list[list[float]], int]:
    """Return where each pane is, as shares of the plot's height from below, and that in pixels."""
    plot_height = sum(heights) + _GAP * (len(heights) - 1)
    domains = []
    top = plot_height
    for height in heights:
        # Fewer digits are less to send, and still a fraction of a pixel.
        ends = max(top - height, 0) / plot_height, top / plot_height
        domains.append([round(end, 4) for end in ends])
        top -= height + _GAP
    return domains, plot_height


def _time_axis(part: Span, anchor: str, follows: bool, is_last: bool) -> dict[str, Any]:
    axis = time_axis(*part, anchor, 8) | {"showticklabels": is_last}
    return axis | {"matches": "x"} if follows else axis


def _level_colours(settings: ViewSettings, plot_height: int) -> dict[str, Any]:
    return {
        "colorscale": colour_scale(settings.colour_map),
        "cmin": -settings.db_range,
        "cmax": 0.0,
        "colorbar": colour_bar(-(_BOTTOM - 2) / plot_height, nticks=5, ticksuffix=" dB"),
    }


def _spans(spans: Sequence[Span], axis: str) -> list[dict[str, Any]]:
    return [
        {
            "type": "rect",
            "xref": f"x{axis}",
            "x0": start,
            "x1": end,
            "yref": f"y{axis} domain",
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"width": 0},
            "fillcolor": LINE,
            "opacity": 0.2,
        }
        for start, end in spans
    ]


def _heading(pane: Pane, shown: Limits) -> str:
    """Return a title that also says which colour is which line, or what the colours' ends are."""
    if isinstance(pane, Picture):
        return f"{pane.title} (±{shown[1]:.3g})" if pane.kind == "signed" else pane.title
    if isinstance(pane, Curves) and len(pane.lines) == 1:
        return pane.title  # nothing to tell apart
    names = (f'<span style="color:{COLOURS[line.tone]}">{line.name}</span>' for line in pane.lines)
    sign = "," if isinstance(pane, Wave) else ":"
    return f"{pane.title}{sign} {', '.join(names)}"

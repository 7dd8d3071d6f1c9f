"""The panes of views on one time axis, as a Plotly chart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from kws_core.audio.remembered import Sound
from kws_core.charts.marks import panel_title, shade
from kws_core.charts.style import amplitude_axis, frame, peak_of, time_axis
from kws_core.explore.downsample import BUDGET, thin
from kws_core.explore.panes import Curves, Heatmap, Pane, Wave
from kws_core.explore.settings import Span, ViewSettings
from kws_core.explore.traces import (
    COLORS,
    MODE_BAR,
    ValueRange,
    heatmap_trace,
    line_trace,
    outlined,
    row_axis,
    wave_traces,
)
from kws_core.explore.view import TimeView, View
from kws_core.explore.views.waveform import Waveform

_GAP, _TOP, _BOTTOM, _BAR = 30, 26, 34, 38  # pixels; the color bar lies below its heatmap
_LEAST_SIGNED: Final = 0.001


def panes_of(
    view: TimeView, sound: Sound, settings: ViewSettings, views: Sequence[View]
) -> list[Pane]:
    """Return the panes of a view; those of the waveform with what the views shown mark in it."""
    panes = view.panes(sound, settings)
    if isinstance(view, Waveform):
        marked = (shown.marks(sound, settings) for shown in views)
        spans = next(filter(None, marked), ())
        return [replace(pane, spans=spans) if isinstance(pane, Wave) else pane for pane in panes]
    return panes


def budget_of(stacks: Iterable[Sequence[Pane]]) -> int:
    """Return how many bytes each heatmap may have, so that all views together are sent at once."""
    heatmaps = sum(isinstance(pane, Heatmap) for panes in stacks for pane in panes)
    return BUDGET // max(heatmaps, 1)


def value_ranges(stacks: Sequence[Sequence[Pane]], settings: ViewSettings) -> list[ValueRange]:
    """Return the lowest and highest value that each pane shows, the same for all the stacks.

    The stacks are of different clips and the same views.
    """
    together = []
    for panes in zip(*stacks, strict=True):
        lows, highs = zip(*(_value_range(pane) for pane in panes), strict=True)
        level = isinstance(panes[0], Heatmap) and panes[0].kind == "level"
        together.append((max(highs) - settings.db_range if level else min(lows), max(highs)))
    return together


def _value_range(pane: Pane) -> ValueRange:
    match pane:
        case Wave():
            peak = peak_of(pane.samples)
            return -peak, peak
        case Curves():
            return pane.low, pane.high
        case Heatmap(kind="share"):
            return 0.0, 1.0
        case Heatmap(kind="signed"):
            size = max(float(np.abs(pane.values).max(initial=0.0)), _LEAST_SIGNED)
            return -size, size
        case Heatmap():
            return float(pane.values.min()), float(pane.values.max())


def stack_figure(
    panes: Sequence[Pane],
    settings: ViewSettings,
    part: Span,
    ranges: Sequence[ValueRange],
    revision: str,
    budget: int = BUDGET,
) -> go.Figure:
    """Draw panes below each other on one time axis, which zooms all of them together.

    part: of the clip that is drawn, in seconds. ranges: see `value_ranges`. revision: while it
    stays the same, so does a person's zoom. budget: bytes of each heatmap.
    """
    heatmaps = [pane for pane in panes if isinstance(pane, Heatmap)]
    thinned, exact = thin(heatmaps, part, settings.frequency_axis, budget * len(heatmaps))
    drawn = dict(zip(map(id, heatmaps), thinned, strict=True))
    domains, plot_height = _domains(panes)
    bottom = _BOTTOM + (_BAR if isinstance(panes[-1], Heatmap) else 0)
    # Plain dictionaries, checked once at the end: Plotly's own objects take ten times as long.
    traces: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    layout: dict[str, Any] = {}
    titles: list[dict[str, Any]] = []
    for index, (pane, shown, domain) in enumerate(zip(panes, ranges, domains, strict=True)):
        name = "" if index == 0 else str(index + 1)
        is_last = index == len(panes) - 1
        match pane:
            case Wave():
                new = wave_traces(pane, part)
                vertical = amplitude_axis(shown[1])
            case Curves():
                new = [line_trace(line, part, pane) for line in pane.lines]
                vertical = {"range": list(shown), "fixedrange": True, "nticks": 5}
            case Heatmap():
                y = domain[0] - (_BOTTOM - 2 if is_last else 4) / plot_height
                over = [trace for line in pane.lines for trace in outlined(line, part)]
                new = [heatmap_trace(drawn[id(pane)], shown, settings, exact, y), *over]
                vertical = row_axis(drawn[id(pane)], settings.frequency_axis)
        traces += [{**trace, "xaxis": f"x{name}", "yaxis": f"y{name}"} for trace in new]
        layout[f"yaxis{name}"] = {**vertical, "domain": domain, "anchor": f"x{name}"}
        layout[f"xaxis{name}"] = _time_axis(part, f"y{name}", index > 0, is_last)
        titles.append(panel_title(_heading(pane), domain[1]))
        if not isinstance(pane, Heatmap):
            shapes += [shade(s, xref=f"x{name}", yref=f"y{name} domain") for s in pane.spans]
    layout |= {
        **frame(plot_height + _TOP + bottom, (52, 18, _TOP, bottom), revision),
        "shapes": shapes,
        "annotations": titles,
        "modebar": MODE_BAR,
    }
    return go.Figure(data=traces, layout=layout)


def _domains(panes: Sequence[Pane]) -> tuple[list[list[float]], int]:
    """Return where each pane is, as shares of the plot's height from below, and that in pixels."""
    gaps = [_GAP + (_BAR if isinstance(pane, Heatmap) else 0) for pane in panes[:-1]] + [0]
    plot_height = sum(pane.height for pane in panes) + sum(gaps)
    domains = []
    top = plot_height
    for pane, gap in zip(panes, gaps, strict=True):
        # Fewer digits are less to send, and still a fraction of a pixel.
        ends = max(top - pane.height, 0) / plot_height, top / plot_height
        domains.append([round(end, 4) for end in ends])
        top -= pane.height + gap
    return domains, plot_height


def _time_axis(part: Span, anchor: str, follows: bool, is_last: bool) -> dict[str, Any]:
    axis = time_axis(*part, anchor, 8) | {"showticklabels": is_last}
    return axis | {"matches": "x"} if follows else axis


def _heading(pane: Pane) -> str:
    """Return a title that also says which color is which line."""
    if isinstance(pane, Heatmap) or (isinstance(pane, Curves) and len(pane.lines) == 1):
        return pane.title
    names = (f'<span style="color:{COLORS[line.tone]}">{line.name}</span>' for line in pane.lines)
    sign = "," if isinstance(pane, Wave) else ":"
    return f"{pane.title}{sign} {', '.join(names)}"

"""The parts of a chart: each pane as Plotly's traces and axes, in plain dictionaries."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from plotly.colors import sequential

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.style import CLEAR, LINE, colour_bar, frame, waveform_trace
from kws_core.explore.panes import Curves, Heatmap, Line, Tone, Wave
from kws_core.explore.settings import ColorMap, FrequencyAxis, Span, ViewSettings

_GRAY: Final = ["#000000", "#ffffff"]
# As matplotlib's, but for its first color, #000004: Streamlit's theme takes "#000001" and the
# like for names of its own colors, and would put a red there.
_MAGMA: Final = ["#010106", *sequential.Magma[1:]]
_SCALES: Final[dict[ColorMap, list[str]]] = {
    "viridis": sequential.Viridis,
    "magma": _MAGMA,
    "cividis": sequential.Cividis,
    "gray": _GRAY,
}
# Grey, not white, for zero: white would be a lamp on a dark page.
SIGNED_SCALE: Final[list[list[Any]]] = [
    [0.0, "#1b4f94"],
    [0.25, "#6a9fcb"],
    [0.5, "#c8c8c8"],
    [0.75, "#dd8a6b"],
    [1.0, "#a81c2c"],
]
# Contrast about 4 on white and on near-black.
COLORS: Final[dict[Tone, str]] = {
    "main": LINE,
    "second": "#cf5a12",
    "quiet": "#808080",
    "bright": "#ffffff",  # on a heatmap
}

# Plotly's button for saving: no box behind it, and grey on either theme.
MODE_BAR: Final = {"bgcolor": CLEAR, "color": COLORS["quiet"], "activecolor": COLORS["main"]}

_MOST_POINTS: Final = 4000  # of a line
_OWN_HEIGHT: Final = 300  # pixels
_MOST_DB: Final = 120  # below the loudest: what a byte holds
LOWEST_LOG_HZ: Final = 40.0
_LOG_TICKS: Final = (50, 100, 200, 500, 1000, 2000, 4000, 8000)
_LINEAR_TICKS: Final = (0, 2000, 4000, 6000, 8000)

ValueRange = tuple[float, float]  # of a pane's values: the lowest and the highest shown


def color_scale(color_map: ColorMap) -> list[list[Any]]:
    """Return the colors of a color map as Plotly wants them: [share, color] each."""
    colors = _SCALES[color_map]
    return [[index / (len(colors) - 1), color] for index, color in enumerate(colors)]


def wave_traces(pane: Wave, part: Span) -> list[dict[str, Any]]:
    """Return the waveform between start and end (seconds), and the lines over it."""
    start, end = (round(time * SAMPLE_RATE) for time in part)
    wave = waveform_trace(pane.samples[start:end], SAMPLE_RATE, start / SAMPLE_RATE)
    return [wave, *(line_trace(line, part) for line in pane.lines)]


def line_trace(line: Line, part: Span, curves: Curves | None = None) -> dict[str, Any]:
    """Return a line between start and end (seconds); its unit is that of its curves."""
    start = max(math.floor((part[0] - line.first) / line.step), 0)
    end = math.ceil((part[1] - line.first) / line.step) + 1
    every = math.ceil(min(end - start, len(line.values)) / _MOST_POINTS) or 1
    value = f"%{{y:.{curves.digits}f}} {curves.unit}" if curves else "%{y:.3f}"
    return {
        "type": "scatter",
        "x0": line.first + start * line.step,
        "dx": every * line.step,
        "y": line.values[start:end:every],
        "mode": "lines",
        "line": {"width": 1.5, "color": COLORS[line.tone]},
        "hovertemplate": f"%{{x:.3f}} s<br>{line.name} {value}<extra></extra>",
    }


def outlined(line: Line, part: Span) -> list[dict[str, Any]]:
    """Return a line in Hz that can be seen on any color: with a dark edge."""
    trace = line_trace(line, part) | {
        "hovertemplate": f"%{{x:.3f}} s<br>{line.name} %{{y:.0f}} Hz<extra></extra>"
    }
    edge = {"line": {"width": 4.5, "color": "#000000"}, "hoverinfo": "skip", "hovertemplate": None}
    return [trace | edge, trace | {"line": {"width": 2, "color": COLORS[line.tone]}}]


def heatmap_trace(
    heatmap: Heatmap, shown: ValueRange, settings: ViewSettings, exact: bool, bar_y: float
) -> dict[str, Any]:
    """Return a heatmap: levels below the highest shown, in whole dB unless exact.

    bar_y: the upper edge of its color bar, a share of the plot's height.
    """
    values, (low, high) = heatmap.values, shown
    ticks: dict[str, Any] = {"nticks": 5}
    colors: Any = color_scale(settings.color_map)
    match heatmap.kind:
        case "level":
            values, low, high = values - np.float32(high), low - high, 0.0
            value = "%{z:.1f} dB"
            ticks["ticksuffix"] = " dB"
            if not exact:
                values = np.round(np.clip(values, -_MOST_DB, 0)).astype(np.int8)
                value = "%{z} dB"
        case "share":
            value = "%{z:.3f}"
        case "signed":
            value, colors = "%{z:.3~g}", SIGNED_SCALE
            ticks = {"tickvals": [low, 0, high], "ticktext": [f"{x:.3g}" for x in (low, 0, high)]}
    edges = heatmap.rows.edges
    frequency = "%{y:.0f} Hz" if edges is not None else "%{y}"
    return {
        "type": "heatmap",
        "z": values,
        "x0": heatmap.first,
        "dx": heatmap.step,
        "y": edges if edges is not None else list(heatmap.rows.names),
        "hovertemplate": f"%{{x:.3f}} s<br>{frequency}<br>{value}<extra></extra>",
        "zmin": low,
        "zmax": high,
        "colorscale": colors,
        "colorbar": colour_bar(bar_y, ticklabeloverflow="allow", **ticks),
    }


def row_axis(heatmap: Heatmap, axis: FrequencyAxis) -> dict[str, Any]:
    """Return the vertical axis of a heatmap."""
    rows = heatmap.rows
    if rows.edges is None:
        positions, labels = rows.ticks
        ends = [-rows.margin, len(rows.names) - 1 + rows.margin]
        # A category axis, said so: Plotly would take names like "31.2 Hz" apart otherwise.
        return {
            "type": "category",
            "range": ends,
            "tickvals": list(positions),
            "ticktext": list(labels),
            "showgrid": False,
        }
    return hz_axis(axis, float(rows.edges[0]), min(float(rows.edges[-1]), SAMPLE_RATE / 2))


def hz_axis(axis: FrequencyAxis, low: float, high: float) -> dict[str, Any]:
    """Return an axis of frequencies in Hz; a linear one starts at 0."""
    if axis == "log":
        ticks = [hz for hz in _LOG_TICKS if low <= hz <= high * 1.001]
        ends = {"type": "log", "range": [math.log10(low), math.log10(high)]}
    else:
        ticks = [hz for hz in _LINEAR_TICKS if hz <= high]
        ends = {"range": [0.0, high]}
    return {**ends, "tickvals": ticks, "ticktext": [_hz(hz) for hz in ticks], "showgrid": False}


def _hz(frequency: int) -> str:
    return f"{frequency // 1000} kHz" if frequency >= 1000 else f"{frequency} Hz"


def chart_layout(revision: str, legend: bool = False) -> dict[str, Any]:
    """Return the layout of a chart with axes of its own."""
    # To the right, room for half of the last label.
    return {
        **frame(_OWN_HEIGHT, (52, 24, 26, 64 if legend else 34), revision),
        "showlegend": legend,
        "legend": {"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top"},
        "modebar": MODE_BAR,
    }

"""The parts of a figure: each pane as Plotly's traces and axes, in plain dictionaries."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from plotly.colors import sequential

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.style import CLEAR, LINE, waveform_trace
from kws_core.explore.panes import Curves, Line, Picture, Tone, Wave
from kws_core.explore.settings import ColourMap, FrequencyAxis
from kws_core.explore.views import Span

_GREY: Final = ["#000000", "#ffffff"]
# As matplotlib's, but for its first colour, #000004: Streamlit's theme takes "#000001" and the
# like for names of its own colours, and would put a red there.
_MAGMA: Final = ["#010106", *sequential.Magma[1:]]
_SCALES: Final[dict[ColourMap, list[str]]] = {
    "viridis": sequential.Viridis,
    "magma": _MAGMA,
    "cividis": sequential.Cividis,
    "grey": _GREY,
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
COLOURS: Final[dict[Tone, str]] = {"main": LINE, "second": "#cf5a12", "quiet": "#808080"}

# Plotly's button for saving: no box behind it, and grey on either theme.
MODE_BAR: Final = {"bgcolor": CLEAR, "color": COLOURS["quiet"], "activecolor": COLOURS["main"]}

_MOST_POINTS: Final = 4000  # of a line
_MOST_DB: Final = 120  # below the loudest: what a byte holds
_LOG_TICKS: Final = (50, 100, 200, 500, 1000, 2000, 4000, 8000)
_LINEAR_TICKS: Final = (0, 2000, 4000, 6000, 8000)

Limits = tuple[float, float]  # of a pane's values: the lowest and the highest shown


def colour_scale(colour_map: ColourMap) -> list[list[Any]]:
    """Return the colours of a colour map as Plotly wants them: [share, colour] each."""
    colours = _SCALES[colour_map]
    return [[index / (len(colours) - 1), colour] for index, colour in enumerate(colours)]


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
        "line": {"width": 1.5, "color": COLOURS[line.tone]},
        "hovertemplate": f"%{{x:.3f}} s<br>{line.name} {value}<extra></extra>",
    }


def heatmap(picture: Picture, shown: Limits, exact: bool) -> dict[str, Any]:
    """Return a picture: levels below the highest shown, in whole dB unless exact."""
    values = picture.values
    colours: dict[str, Any]
    if picture.kind == "level":
        values = values - np.float32(shown[1])
        value = "%{z:.1f} dB"
        if not exact:
            values = np.round(np.clip(values, -_MOST_DB, 0)).astype(np.int8)
            value = "%{z} dB"
        colours = {"coloraxis": "coloraxis"}
    elif picture.kind == "share":
        value = "%{z:.3f}"
        colours = {"coloraxis": "coloraxis2"}
    else:
        value = "%{z:.3~g}"
        colours = {
            "zmin": shown[0],
            "zmax": shown[1],
            "colorscale": SIGNED_SCALE,
            "showscale": False,
        }
    edges = picture.rows.edges
    frequency = "%{y:.0f} Hz" if edges is not None else "%{y}"
    return {
        "type": "heatmap",
        "z": values,
        "x0": picture.first,
        "dx": picture.step,
        "y": edges if edges is not None else list(picture.rows.names),
        "hovertemplate": f"%{{x:.3f}} s<br>{frequency}<br>{value}<extra></extra>",
        **colours,
    }


def picture_axis(picture: Picture, axis: FrequencyAxis) -> dict[str, Any]:
    """Return the vertical axis of a picture."""
    rows = picture.rows
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

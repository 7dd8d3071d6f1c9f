"""The views that have no time axis, or one of their own: spectrum, mel filters, 3-D surface."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from kws_core.audio.remembered import Floats, Sound
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.style import frame, mel_ticks
from kws_core.explore import spectra
from kws_core.explore.settings import ViewSettings
from kws_core.explore.traces import COLOURS, MODE_BAR, colour_scale, hz_axis
from kws_core.explore.views import Span
from kws_core.features.front_ends import LogMelConfig

_MOST_POINTS: Final = 4000  # of a line
_MOST_COLUMNS: Final = 240  # of the surface, which a phone has to turn around smoothly
_LOWEST_HZ: Final = 40.0  # on a logarithmic axis
_HEIGHT: Final = 300  # pixels
_SURFACE_HEIGHT: Final = 460


def spectrum_figure(
    curves: Sequence[tuple[str, Floats, Floats]], settings: ViewSettings, revision: str
) -> go.Figure:
    """Draw spectra over each other: (name, Hz, dBFS) each, with the first in front."""
    highest = max(float(hz[-1]) for _, hz, _ in curves)
    loudest = max(float(level.max()) for *_, level in curves)
    tones = COLOURS["main"], COLOURS["second"], COLOURS["quiet"]
    traces = []
    for (name, hz, level), colour in reversed(list(zip(curves, tones, strict=False))):
        hz, level = _peaks(hz, level)
        traces.append(
            {
                "type": "scatter",
                "x": hz,
                "y": level,
                "name": name,
                "mode": "lines",
                "line": {"width": 1.5, "color": colour},
                "hovertemplate": "%{x:.1f} Hz<br>%{y:.1f} dB<extra></extra>",
            }
        )
    axis = hz_axis(settings.frequency_axis, _LOWEST_HZ, highest)
    layout = _layout(revision, legend=len(curves) > 1)
    layout["xaxis"] = axis
    layout["yaxis"] = {
        "range": [loudest - settings.db_range, loudest + 3],
        "ticksuffix": " dB",
        "nticks": 6,
    }
    return go.Figure(data=traces, layout=layout)


def filters_figure(settings: ViewSettings) -> go.Figure:
    """Draw the weights of the mel bands over the bins of the FFT, in two colours by turns."""
    bank = spectra.filter_bank(settings.stft, settings.mel)
    hz = np.arange(bank.shape[1], dtype=np.float32) * np.float32(SAMPLE_RATE / settings.n_fft)
    traces = []
    for first, colour in enumerate((COLOURS["main"], COLOURS["second"])):
        x: list[Floats] = []
        y: list[Floats] = []
        for weights in bank[first::2]:
            (inside,) = np.nonzero(weights)
            around = slice(max(inside[0] - 1, 0), inside[-1] + 2)
            gap = np.full(1, np.nan, np.float32)
            x += [hz[around], gap]
            y += [weights[around], gap]
        traces.append(
            {
                "type": "scatter",
                "x": np.concatenate(x) if x else hz[:0],
                "y": np.concatenate(y) if y else hz[:0],
                "mode": "lines+markers" if len(bank) <= 40 else "lines",
                "marker": {"size": 3},
                "line": {"width": 1, "color": colour},
                "hovertemplate": "%{x:.0f} Hz<br>weight %{y:.3g}<extra></extra>",
            }
        )
    layout = _layout("filters")
    low = max(settings.f_min, _LOWEST_HZ)
    layout["xaxis"] = hz_axis(settings.frequency_axis, low, settings.f_max)
    layout["yaxis"] = {"rangemode": "tozero", "nticks": 5, "fixedrange": True}
    return go.Figure(data=traces, layout=layout)


def surface_figure(sound: Sound, settings: ViewSettings, part: Span, revision: str) -> go.Figure:
    """Draw the log-mel spectrogram as a landscape: time, mel band, and level as the height."""
    levels = spectra.log_mel(sound, settings.stft, settings.mel)
    first, step = spectra.frame_times(settings.stft)
    times = first + step * np.arange(levels.shape[1])
    inside = (times >= part[0]) & (times <= part[1])
    if inside.any():
        levels, times = levels[:, inside], times[inside]
    every = math.ceil(levels.shape[1] / _MOST_COLUMNS)
    highest = float(levels.max())
    heights = np.maximum(levels[:, ::every] - highest, -settings.db_range).astype(np.float32)
    bands = settings.mel
    config = LogMelConfig(
        n_mels=bands.n_mels, f_min=bands.f_min, f_max=bands.f_max, mel_scale=bands.scale
    )
    positions, labels = mel_ticks(config)
    surface = {
        "type": "surface",
        "z": heights,
        "x": times[::every].astype(np.float32),
        "y": np.arange(len(heights), dtype=np.float32),
        "colorscale": colour_scale(settings.colour_map),
        "cmin": -settings.db_range,
        "cmax": 0.0,
        "showscale": False,
        "hovertemplate": "%{x:.3f} s<br>band %{y:.0f}<br>%{z:.1f} dB<extra></extra>",
    }
    layout = _layout(revision)
    layout["height"] = _SURFACE_HEIGHT
    layout["margin"] = {"l": 0, "r": 0, "t": 0, "b": 0}
    layout["scene"] = {
        "xaxis": {"title": {"text": "s"}},
        "yaxis": {"title": {"text": ""}, "tickvals": positions, "ticktext": labels},
        "zaxis": {"title": {"text": "dB"}},
        "aspectratio": {"x": 1.8, "y": 1.1, "z": 0.6},
        "camera": {"eye": {"x": -1.3, "y": -1.8, "z": 1.0}, "center": {"x": 0, "y": 0, "z": -0.15}},
    }
    return go.Figure(data=[surface], layout=layout)


def _peaks(hz: Floats, level: Floats) -> tuple[Floats, Floats]:
    """Return at most as many points as a line needs, the highest of those taken together."""
    group = math.ceil(len(level) / _MOST_POINTS)
    if group == 1:
        return hz, level
    firsts = np.arange(0, len(level), group)
    return hz[firsts], np.maximum.reduceat(level, firsts)


def _layout(revision: str, legend: bool = False) -> dict[str, Any]:
    # To the right, room for half of the last label.
    return {
        **frame(_HEIGHT, (52, 24, 26, 64 if legend else 34), revision),
        "showlegend": legend,
        "legend": {"orientation": "h", "x": 0, "y": -0.14, "yanchor": "top"},
        "modebar": MODE_BAR,
    }

"""The log-mel spectrogram as a landscape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from kws_core.audio.remembered import Sound
from kws_core.charts.style import colour_bar
from kws_core.explore import spectra
from kws_core.explore.panes import band_ticks
from kws_core.explore.settings import Span, Viewpoint, ViewSettings
from kws_core.explore.traces import chart_layout, color_scale
from kws_core.explore.view import ChartView, Note
from kws_core.explore.views import log_mel

_MOST_COLUMNS: Final = 240  # which a phone can turn around smoothly
_HEIGHT: Final = 460  # pixels
_EYES: Final[dict[Viewpoint, tuple[float, float, float]]] = {
    "front left": (-1.3, -1.8, 1.0),
    "front right": (1.3, -1.8, 1.0),
    "behind": (1.3, 1.8, 1.0),
    "above": (0.0, -0.1, 2.4),
}


class Surface(ChartView):
    """Level over time and mel band, in three dimensions."""

    order = 160
    name = "surface"
    label = "3-D surface"
    settings = ("viewpoint",)
    code = log_mel.CODE
    librosa = log_mel.LIBROSA
    torchaudio = log_mel.TORCHAUDIO

    def figures(
        self, sounds: Sequence[tuple[str, Sound]], settings: ViewSettings, part: Span, revision: str
    ) -> list[go.Figure]:
        return [
            self._figure(sound, settings, part, f"{revision} {settings.viewpoint}")
            for _, sound in sounds
        ]

    def _figure(self, sound: Sound, settings: ViewSettings, part: Span, revision: str) -> go.Figure:
        levels = spectra.log_mel(sound, settings.stft, settings.mel)
        times = spectra.times(sound, settings.stft)
        inside = (times >= part[0]) & (times <= part[1])
        if inside.any():
            levels, times = levels[:, inside], times[inside]
        every = math.ceil(levels.shape[1] / _MOST_COLUMNS)
        heights = np.maximum(levels[:, ::every] - levels.max(), -settings.db_range)
        positions, labels = band_ticks(settings.mel)
        surface = {
            "type": "surface",
            "z": heights.astype(np.float32),
            "x": times[::every].astype(np.float32),
            "y": np.arange(len(heights), dtype=np.float32),
            "colorscale": color_scale(settings.color_map),
            "cmin": -settings.db_range,
            "cmax": 0.0,
            "colorbar": colour_bar(0.0, nticks=5, ticksuffix=" dB"),
            "hovertemplate": "%{x:.3f} s<br>band %{y:.0f}<br>%{z:.1f} dB<extra></extra>",
        }
        layout = chart_layout(revision) | {
            "height": _HEIGHT,
            "margin": {"l": 0, "r": 10, "t": 0, "b": 36},
            "scene": {
                "xaxis": {"title": {"text": "s"}},
                "yaxis": {"title": {"text": ""}, "tickvals": positions, "ticktext": labels},
                "zaxis": {"title": {"text": "dB"}},
                "aspectratio": {"x": 1.8, "y": 1.1, "z": 0.6},
                "camera": {
                    "eye": dict(zip("xyz", _EYES[settings.viewpoint], strict=True)),
                    "center": {"x": 0, "y": 0, "z": -0.15},
                },
            },
        }
        return go.Figure(data=[surface], layout=layout)

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            "The log-mel spectrogram as a landscape. Drag to turn it and scroll to zoom, or "
            "choose a viewpoint.",
            r"(k,\ b)\mapsto L_k[b]",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        return "Ridges along time are formants and harmonics; cliffs across it are onsets."

"""The triangles that sum FFT bins into mel bands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from kws_core.audio.remembered import Floats, Sound
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.traces import scatter
from kws_core.explore import spectra
from kws_core.explore.settings import Span, ViewSettings
from kws_core.explore.traces import COLORS, LOWEST_LOG_HZ, chart_layout, hz_axis
from kws_core.explore.view import ChartView, Note
from kws_core.features.mel import mel_edges

_WITH_MARKERS: Final = 40  # bands: with more, the bins would run into each other


def mel_formula(settings: ViewSettings) -> str:
    """Return the mel scale in LaTeX."""
    if settings.mel_scale == "htk":
        return r"\mathrm{mel}(f)=2595\log_{10}{(1+f/700)}"
    return (
        r"\mathrm{mel}(f)=\begin{cases}3f/200&f<1000\\15+27\log_{6.4}(f/1000)&\text{above}"
        r"\end{cases}"
    )


class MelFilters(ChartView):
    """Weight over frequency of each mel band."""

    order = 150
    name = "mel-filters"
    label = "Mel filters"
    code = """
bank = spectra.filter_bank(settings.stft, settings.mel)  # (n_mels, bins)
hz = spectra.frequencies(settings.stft)  # (bins,), Hz
"""
    librosa = """
bank = librosa.filters.mel(sr=sr, n_fft={n_fft}, **bands)  # (n_mels, bins)
"""
    torchaudio = """
bank = F.melscale_fbanks({n_fft} // 2 + 1, sample_rate=sr, **bands).T  # (n_mels, bins)
"""

    def figures(
        self, sounds: Sequence[tuple[str, Sound]], settings: ViewSettings, part: Span, revision: str
    ) -> list[go.Figure]:
        bank = spectra.filter_bank(settings.stft, settings.mel)
        hz = spectra.frequencies(settings.stft).astype(np.float32)
        traces = []
        for first, color in enumerate((COLORS["main"], COLORS["second"])):
            x: list[Floats] = []
            y: list[Floats] = []
            for weights in bank[first::2]:
                (inside,) = np.nonzero(weights)
                around = slice(max(inside[0] - 1, 0), inside[-1] + 2)
                gap = np.full(1, np.nan, np.float32)
                x += [hz[around], gap]
                y += [weights[around], gap]
            traces.append(
                scatter(
                    np.concatenate(x) if x else hz[:0],
                    np.concatenate(y) if y else hz[:0],
                    "%{x:.0f} Hz<br>weight %{y:.3g}",
                    "lines+markers" if len(bank) <= _WITH_MARKERS else "lines",
                    marker={"size": 3},
                    line={"width": 1, "color": color},
                )
            )
        layout = chart_layout("filters")
        low = max(settings.f_min, LOWEST_LOG_HZ)
        layout["xaxis"] = hz_axis(settings.frequency_axis, low, settings.f_max)
        layout["yaxis"] = {"rangemode": "tozero", "nticks": 5, "fixedrange": True}
        return [go.Figure(data=traces, layout=layout)]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        heights = "of area 1 Hz each" if settings.mel_norm == "slaney" else "of height 1"
        return Note(
            f"Weights that sum FFT bins into {settings.n_mels} mel bands: triangles {heights}, "
            "each overlapping the next by half.",
            mel_formula(settings),
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        edges = mel_edges(settings.n_mels, settings.f_min, settings.f_max, settings.mel_scale)
        narrow, wide = float(edges[2] - edges[0]), float(edges[-1] - edges[-3])
        bins = settings.n_fft / SAMPLE_RATE
        return (
            f"From {narrow:.0f} Hz wide ({narrow * bins:.1f} bins) to {wide:.0f} Hz "
            f"({wide * bins:.1f} bins). One or two bins make only a coarse triangle."
        )

    def look(self, sound: Sound, settings: ViewSettings) -> str:
        return self.finding(sound, settings)

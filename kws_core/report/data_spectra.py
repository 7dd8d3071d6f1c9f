"""What the words sound like on average: mean spectra, mean log-mels, and levels per band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.layout import COLOURS, QUIET, axis, figure, legend
from kws_core.charts.marks import text_above
from kws_core.charts.style import mel_ticks
from kws_core.charts.traces import heatmap, scatter
from kws_core.features.front_ends import LogMelConfig
from kws_core.labels import WORDS
from kws_core.results.data_summary import DataSummary


def spectrum_figure(summary: DataSummary, words: Sequence[str]) -> go.Figure:
    """Draw the mean spectrum of the recordings of all words, the chosen ones in colour."""
    hertz = np.linspace(0, SAMPLE_RATE / 2, summary.spectrum.shape[1])
    colour = {word: COLOURS[i % len(COLOURS)] for i, word in enumerate(words)}
    traces = [
        scatter(
            hertz[1:].astype(np.float32),
            summary.spectrum[WORDS.index(word), 1:].astype(np.float32),
            f"{word}<br>%{{x:.0f}} Hz: %{{y:.1f}} dB",
            name=word,
            line={"color": colour.get(word, QUIET), "width": 2.2 if word in colour else 0.5},
            showlegend=word in colour,
        )
        for word in sorted(WORDS, key=lambda word: word in colour)
    ]
    layout = {
        "xaxis": axis("Hz", type="log", range=[np.log10(60), np.log10(8000)], dtick="D2"),
        "yaxis": axis("power, dB of the whole", range=[-58, -6]),
        **legend(shown=bool(colour)),
    }
    return figure(traces, layout, height=360)


def mean_log_mel_figure(summary: DataSummary, words: Sequence[str]) -> go.Figure:
    """Draw the mean log-mels of some words side by side, on one scale."""
    config = LogMelConfig()
    ticks, names = mel_ticks(config)
    pictures = [summary.mean_log_mel[WORDS.index(word)].astype(np.float32) for word in words]
    top = max((float(picture.max()) for picture in pictures), default=0.0)
    bottom = min((float(picture.min()) for picture in pictures), default=-60.0)
    layout: dict[str, Any] = {"annotations": []}
    traces = []
    width = 1 / max(len(words), 1)
    for i, (word, picture) in enumerate(zip(words, pictures, strict=True)):
        n = "" if i == 0 else str(i + 1)
        seconds = 1 / picture.shape[1]
        traces.append(
            heatmap(
                picture,
                f"{word}<br>%{{x:.2f}} s: %{{z:.1f}} dB",
                x0=seconds / 2,
                dx=seconds,
                xaxis=f"x{n}",
                yaxis="y",
                zmin=bottom,
                zmax=top,
                colorscale="Viridis",
                showscale=False,
            )
        )
        ends = [i * width + 0.004, (i + 1) * width - 0.004]
        layout[f"xaxis{n}"] = axis(domain=ends, tickvals=[0, 0.5], showgrid=False, ticksuffix=" s")
        layout["annotations"].append(text_above(f"<b>{word}</b>", sum(ends) / 2, xref="paper"))
    layout["yaxis"] = axis(tickvals=ticks, ticktext=names, showgrid=False)
    return figure(traces, layout, height=300, margin=(56, 8, 24, 28))


def bands_figure(summary: DataSummary) -> go.Figure:
    """Draw a violin for each band: how loud clips are in it, recordings left, pictures right.

    The violins are made of the stored counts: one point for every level, as often as it occurs.
    """
    middle = (summary.band_edges[:-1] + summary.band_edges[1:]) / 2
    kinds = (("recordings", COLOURS[0], -1), ("pictures", COLOURS[1], 1))
    traces = []
    for kind, (name, colour, side) in enumerate(kinds):
        counts = summary.band_counts[kind].astype(float)
        widest = counts.max(axis=1, keepdims=True)
        half = 0.46 * counts / np.maximum(widest, 1)
        x: list[float | None] = []
        y: list[float | None] = []
        for band in range(len(counts)):
            shown = np.flatnonzero(counts[band] > 0.002 * widest[band])
            if not len(shown):
                continue
            part = slice(shown[0], shown[-1] + 1)
            x += [band, *(band + side * half[band, part]).tolist(), band, None]
            levels = middle[part].tolist()
            y += [levels[0], *levels, levels[-1], None]
        traces.append(scatter(x, y, name=name, line={"width": 0.8, "color": colour}, fill="toself"))
    ticks, names = mel_ticks(LogMelConfig())
    layout = {
        "xaxis": axis(tickvals=ticks, ticktext=names, showgrid=False),
        "yaxis": axis("mean level in the band, dB"),
        **legend(),
    }
    return figure(traces, layout, height=360)

"""Pictures: a clip as waveform and log-mel, and the best words as bars. Arrays in, Plotly out.

The figures leave fonts and backgrounds to the page, and every colour of their own can be read on
a light and on a dark one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import torch
from plotly.subplots import make_subplots

from kws_core.features import LN_TO_DB, LogMelConfig, hz_to_mel
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.samples import SpokenWord
from kws_core.waveform import Samples
from kws_core.word_finder import Word

# The most columns a picture gets: more than pixels on most screens, and small to send.
MAX_COLUMNS = 2000
CLIP_HEIGHT = 380  # pixels
DB_RANGE = 80.0  # below a clip's loudest point, the colours end

_TICKS_HZ = (0, 250, 500, 1000, 2000, 4000, 8000)
LINE = "#26828e"  # viridis' teal: contrast above 4 on white and on near-black
_QUIET_BAR = "rgba(38, 130, 142, 0.45)"
CLEAR = "rgba(0, 0, 0, 0)"
_SILENT = 1e-9  # mean square
_PHONE_WIDTH, _LETTER_WIDTH = 278, 6  # pixels: the time axis on a phone, and labels on it

Levels = npt.NDArray[np.float32]


# A word that was found, or one that is known to be there.
WordSpan = Word | SpokenWord


def clip_figure(
    samples: Samples,
    sample_rate: int,
    log_mel: Levels,
    config: LogMelConfig,
    words: Sequence[WordSpan] = (),
) -> go.Figure:
    """Draw a clip's waveform above its log-mel spectrogram, on one time axis in seconds.

    samples: (n,) at sample_rate Hz. log_mel: (n_mels, frames) in ln(power), made with config.
    words: drawn over both panels. Long clips are drawn in at most `MAX_COLUMNS` columns.
    """
    figure = make_subplots(
        rows=2, shared_xaxes=True, vertical_spacing=0.05, row_heights=[0.36, 0.64]
    )
    figure.add_trace(_waveform_trace(samples, sample_rate), row=1, col=1)
    figure.add_trace(_mel_trace(log_mel, config), row=2, col=1)
    duration = max(len(samples) / sample_rate, 1e-3)
    peak = max(float(np.abs(samples).max(initial=0.0)), 1e-3) * 1.08
    positions, names = mel_ticks(config)
    # Titles would take a phone's width twice over: the ticks carry the units' names instead.
    figure.update_xaxes(range=[0.0, duration], showgrid=False)
    figure.update_xaxes(zeroline=False, ticksuffix=" s", nticks=8, row=2)
    step = amplitude_step(peak)
    figure.update_yaxes(range=[-peak, peak], tickvals=[-step, 0.0, step], fixedrange=True, row=1)
    figure.update_yaxes(
        # From edge to edge of the outermost bands' triangles: f_min to f_max exactly.
        range=[-1, config.n_mels],
        tickvals=positions,
        ticktext=names,
        showgrid=False,
        row=2,
    )
    upright = _draw_words(figure, words, duration)
    figure.update_layout(
        height=CLIP_HEIGHT,
        margin={"l": 52, "r": 10, "t": 22 if upright else 60, "b": 74},
        showlegend=False,
        dragmode="zoom",
        hovermode="closest",
        uirevision="clip",  # constant, so that a zoom outlives the next run of the page
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
    )
    return figure


def scores_figure(scores: Mapping[str, float], top: int = 5) -> go.Figure:
    """Draw the `top` best labels as horizontal bars, best first; scores are 0 to 1."""
    best = best_scores(scores, top)
    shares = np.array([score for _, score in best], dtype=np.float32)
    bars = go.Bar(
        x=shares,
        y=[readable(label) for label, _ in best],
        orientation="h",
        text=[percent(score) for _, score in best],
        textposition="outside",
        cliponaxis=False,
        marker={"color": [LINE] + [_QUIET_BAR] * (len(best) - 1), "line": {"width": 0}},
        hovertemplate="%{y}: %{x:.2%}<extra></extra>",
    )
    figure = go.Figure(bars)
    # Room to the right of a full bar for its percentage.
    figure.update_xaxes(range=[0.0, 1.16], visible=False, fixedrange=True)
    figure.update_yaxes(
        autorange="reversed", fixedrange=True, ticks="", showgrid=False, automargin=True
    )
    figure.update_layout(
        height=16 + 36 * max(len(best), 1),
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        bargap=0.35,
        dragmode=False,  # nothing to zoom into, and a finger on it should scroll the page
        showlegend=False,
        uirevision="scores",
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
    )
    return figure


def describe_clip(samples: Samples, sample_rate: int, words: Sequence[WordSpan] = ()) -> str:
    """Say in one sentence what `clip_figure` shows, for those who can't see it."""
    seconds = len(samples) / sample_rate
    block = max(min(round(0.03 * sample_rate), len(samples)), 1)
    whole = samples[: len(samples) // block * block].reshape(-1, block)
    power = np.square(whole, dtype=np.float64).mean(axis=1)
    sentence = f"Waveform and mel spectrogram of {seconds:.2f} s"
    if power.max(initial=0.0) < _SILENT:
        return f"{sentence}, silent throughout."
    sentence += f", loudest at {(power.argmax() + 0.5) * block / sample_rate:.2f} s"
    found = [f"{readable(word.label)} at {word.start:.2f} s" for word in words]
    if not found:
        return f"{sentence}."
    return f"{sentence}, with the word{'s' * (len(found) > 1)} {', '.join(found)}."


def describe_scores(scores: Mapping[str, float], top: int = 5) -> str:
    """Say in one sentence what `scores_figure` shows, for those who can't see it."""
    best = [f"{readable(label)} {percent(score)}" for label, score in best_scores(scores, top)]
    return f"Scores, best first: {', '.join(best)}." if best else "No scores."


def best_scores(scores: Mapping[str, float], top: int = 5) -> list[tuple[str, float]]:
    """Return the `top` labels with the highest scores, best first."""
    ranked = sorted(scores.items(), key=lambda item: item[1], reverse=True)
    return [(label, float(score)) for label, score in ranked[:top]]


def readable(label: str) -> str:
    """Return a label as people write it: without the underscores of silence and unknown."""
    return label.strip("_") if label in (SILENCE, UNKNOWN) else label


def amplitude_step(peak: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten up to nine tenths of `peak`."""
    power = 10.0 ** math.floor(math.log10(0.9 * peak))
    factor = max(f for f in (1, 2, 5) if f * power <= 0.9 * peak * (1 + 1e-9))
    return float(f"{factor * power:.1g}")


def percent(score: float) -> str:
    """Return a score, 0 to 1, as a whole percentage; never 0 % or 100 % for what is not."""
    if 0.0 < score < 0.005:
        return "<1 %"
    if 0.995 <= score < 1.0:
        return ">99 %"
    return f"{score:.0%}".replace("%", " %")


def mel_ticks(config: LogMelConfig) -> tuple[list[float], list[str]]:
    """Return where round frequencies lie on an axis of band numbers, and what to write there.

    Band m's centre is at m; f_min is at -1 and f_max at n_mels. A label is in Hz, or k for kHz.
    """
    inside = [hz for hz in _TICKS_HZ if config.f_min <= hz <= config.f_max]
    ends = torch.tensor([config.f_min, config.f_max], dtype=torch.float64)
    low, high = hz_to_mel(ends, config.mel_scale).tolist()
    mels = hz_to_mel(torch.tensor(inside, dtype=torch.float64), config.mel_scale)
    bands = (mels - low) / (high - low) * (config.n_mels + 1) - 1
    names = [f"{hz // 1000} kHz" if hz >= 1000 else f"{hz} Hz" for hz in inside]
    return bands.tolist(), names


def envelope(samples: Samples, columns: int = MAX_COLUMNS) -> tuple[Samples, int]:
    """Return samples (n,) as pairs of minimum and maximum, at most `columns` pairs, and the step.

    The step is how many samples a pair stands for; up to two samples per column are kept as
    they are (step 0).
    """
    kept = np.asarray(samples, dtype=np.float32)
    if len(kept) <= 2 * columns:
        return kept, 0
    step = math.ceil(len(kept) / columns)
    blocks = np.pad(kept, (0, -len(kept) % step), mode="edge").reshape(-1, step)
    return np.stack([blocks.min(axis=1), blocks.max(axis=1)], axis=1).reshape(-1), step


def _waveform_trace(samples: Samples, sample_rate: int) -> go.Scatter:
    line, step = envelope(samples)
    return go.Scatter(
        x0=0.0,
        dx=(step / 2 if step else 1) / sample_rate,
        y=line,
        mode="lines",
        line={"width": 1, "color": LINE},
        hovertemplate="%{x:.3f} s<br>amplitude %{y:.3f}<extra></extra>",
    )


def _mel_trace(log_mel: Levels, config: LogMelConfig) -> go.Heatmap:
    levels, group = _levels(log_mel)
    hop = config.hop_length / config.sample_rate
    loudest = float(levels.max(initial=config.log_floor * LN_TO_DB))
    quietest = float(levels.min(initial=loudest))
    span = min(loudest - quietest, DB_RANGE)
    centres = config.centre_frequencies.tolist()
    return go.Heatmap(
        z=levels,
        x0=config.win_length / 2 / config.sample_rate + (group - 1) / 2 * hop,
        dx=group * hop,
        # Names, so that the pointer reads Hz; on the axis they stand at 0, 1, 2 ...
        y=[f"{hz:.0f} Hz" if hz < 1000 else f"{hz / 1000:.2f} kHz" for hz in centres],
        zmax=loudest,
        zmin=loudest - (span or DB_RANGE),
        colorscale="Viridis",
        hovertemplate="%{x:.3f} s<br>%{y}<br>%{z:.1f} dB<extra></extra>",
        colorbar=_colour_bar(),
    )


def _levels(log_mel: Levels) -> tuple[Levels, int]:
    """Return dB, (n_mels, columns), and how many frames' mean power a column shows."""
    frames = log_mel.shape[1]
    group = max(math.ceil(frames / MAX_COLUMNS), 1)
    if group > 1:
        power = np.exp(np.pad(log_mel, ((0, 0), (0, -frames % group)), mode="edge"))
        log_mel = np.log(power.reshape(len(log_mel), -1, group).mean(axis=2))
    return np.asarray(log_mel * LN_TO_DB, dtype=np.float32), group


def _colour_bar() -> dict[str, Any]:
    # Below the picture: beside it, it would take a sixth of a phone's width.
    return {
        "orientation": "h",
        "thickness": 8,
        "len": 0.6,
        "x": 1.0,
        "xanchor": "right",
        "y": -0.17,
        "yanchor": "top",
        "xpad": 0,
        "ypad": 0,
        "nticks": 5,
        "ticksuffix": " dB",
        "outlinewidth": 0,
    }


def _draw_words(figure: go.Figure, words: Sequence[WordSpan], duration: float) -> bool:
    """Draw spans and labels; returns whether the labels have room to stand upright."""
    in_order = sorted(words, key=lambda word: word.start + word.end)
    upright = all(
        (b.start + b.end - a.start - a.end) / duration * _PHONE_WIDTH
        > (len(a.label) + len(b.label)) * _LETTER_WIDTH
        for a, b in pairwise(in_order)
    )
    for word in words:
        ends = {"type": "rect", "x0": word.start, "x1": word.end, "y0": 0, "y1": 1}
        figure.add_shape(
            ends,
            xref="x",
            yref="y domain",
            layer="below",
            line_width=0,
            fillcolor=LINE,
            opacity=0.2,
        )
        # White marks the mel: viridis has none, and a weak tint keeps its colours comparable.
        figure.add_shape(
            ends,
            xref="x2",
            yref="y2 domain",
            line={"width": 1, "color": "rgba(255, 255, 255, 0.8)"},
            fillcolor="rgba(255, 255, 255, 0.08)",
        )
        sure = f", {percent(word.score)}" if isinstance(word, Word) else ""
        figure.add_annotation(
            x=(word.start + word.end) / 2,
            xref="x",
            y=1,
            yref="paper",
            yanchor="bottom",
            showarrow=False,
            text=readable(word.label),
            textangle=0 if upright else -90,
            hovertext=f"{readable(word.label)}{sure}, {word.start:.2f} to {word.end:.2f} s",
        )
    return upright

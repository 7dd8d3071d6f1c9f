"""A clip as waveform and log-mel. Arrays in, Plotly out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from kws_core.audio.waveform import Samples
from kws_core.charts.marks import box, shade, text_above
from kws_core.charts.style import (
    DB_RANGE,
    MAX_COLUMNS,
    amplitude_axis,
    band_names,
    colour_bar,
    frame,
    mel_ticks,
    peak_of,
    percent,
    readable,
    waveform_trace,
)
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.samples import SpokenWord
from kws_core.spotting.finder import Word

_HEIGHT = 380  # pixels
# What speech reaches: a clip that stays below looks as quiet as it is.
_LOUD_PEAK, _LOUD_DB = 0.1, 20.0
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
    figure.add_trace(waveform_trace(samples, sample_rate), row=1, col=1)
    figure.add_trace(_mel_trace(log_mel, config), row=2, col=1)
    duration = max(len(samples) / sample_rate, 1e-3)
    positions, names = mel_ticks(config)
    # Titles would take a phone's width twice over: the ticks carry the units' names instead.
    figure.update_xaxes(range=[0.0, duration], showgrid=False)
    figure.update_xaxes(zeroline=False, ticksuffix=" s", nticks=8, row=2)
    figure.update_yaxes(amplitude_axis(max(peak_of(samples), _LOUD_PEAK)), row=1)
    figure.update_yaxes(
        # From edge to edge of the outermost bands' triangles: f_min to f_max exactly.
        range=[-1, config.n_mels],
        tickvals=positions,
        ticktext=names,
        showgrid=False,
        row=2,
    )
    upright = _draw_words(figure, words, duration)
    # The revision is constant, so that a zoom outlives the next run of the page.
    figure.update_layout(frame(_HEIGHT, (52, 10, 22 if upright else 60, 74), "clip"))
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


def _mel_trace(log_mel: Levels, config: LogMelConfig) -> go.Heatmap:
    levels, group = _levels(log_mel)
    hop = config.hop_length / config.sample_rate
    loudest = float(levels.max(initial=_LOUD_DB))
    quietest = float(levels.min(initial=loudest))
    span = min(loudest - quietest, DB_RANGE)
    return go.Heatmap(
        z=levels,
        x0=config.win_length / 2 / config.sample_rate + (group - 1) / 2 * hop,
        dx=group * hop,
        y=band_names(config),
        zmax=loudest,
        zmin=loudest - (span or DB_RANGE),
        colorscale="Viridis",
        hovertemplate="%{x:.3f} s<br>%{y}<br>%{z:.1f} dB<extra></extra>",
        colorbar=colour_bar(-0.17, nticks=5, ticksuffix=" dB"),
    )


def _levels(log_mel: Levels) -> tuple[Levels, int]:
    """Return dB (n_mels, columns), and of how many frames a column shows the mean power."""
    frames = log_mel.shape[1]
    group = max(math.ceil(frames / MAX_COLUMNS), 1)
    if group > 1:
        power = np.exp(np.pad(log_mel, ((0, 0), (0, -frames % group)), mode="edge"))
        log_mel = np.log(power.reshape(len(log_mel), -1, group).mean(axis=2))
    return np.asarray(log_mel * LN_TO_DB, dtype=np.float32), group


def _draw_words(figure: go.Figure, words: Sequence[WordSpan], duration: float) -> bool:
    """Draw spans and labels; returns whether the labels have room to stand upright."""
    in_order = sorted(words, key=lambda word: word.start + word.end)
    upright = all(
        (b.start + b.end - a.start - a.end) / duration * _PHONE_WIDTH
        > (len(a.label) + len(b.label)) * _LETTER_WIDTH
        for a, b in pairwise(in_order)
    )
    for word in words:
        ends = word.start, word.end
        figure.add_shape(shade(ends, xref="x", yref="y domain"))
        # White marks the mel: viridis has none, and a weak tint keeps its colours comparable.
        white, tint = "rgba(255, 255, 255, 0.8)", "rgba(255, 255, 255, 0.08)"
        figure.add_shape(box(ends, (0, 1), 1, white, xref="x2", yref="y2 domain", fillcolor=tint))
        sure = f", {percent(word.score)}" if isinstance(word, Word) else ""
        figure.add_annotation(
            text_above(
                readable(word.label),
                sum(ends) / 2,
                xref="x",
                textangle=0 if upright else -90,
                hovertext=f"{readable(word.label)}{sure}, {word.start:.2f} to {word.end:.2f} s",
            )
        )
    return upright

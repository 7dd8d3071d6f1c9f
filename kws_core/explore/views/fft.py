"""The spectrum of a selection as a whole, at any sample rate."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.traces import scatter
from kws_core.explore.levels import loudest_tenth
from kws_core.explore.settings import Span, ViewSettings
from kws_core.explore.spectra import at_rate
from kws_core.explore.traces import COLORS, LOWEST_LOG_HZ, chart_layout, hz_axis
from kws_core.explore.view import ChartView, Note
from kws_core.explore.wording import db

_MOST_POINTS: Final = 4000  # of a line
_SHORTEST: Final = 0.005  # seconds of a selection
_LONGEST_NAME: Final = 20  # in the legend, which a phone has to hold
_NO_SOUND_DB: Final = -150.0


@remembered
def spectrum(sound: Sound, rate: int, start: float, end: float) -> tuple[Floats, Floats]:
    """Return the Fourier transform of a part of the sound at any sample rate.

    start, end: of the part, in seconds. Returns frequencies in Hz and levels in dBFS, both
    (bins,); a sine of amplitude A has its peak at 20 log10 A. Hann window.
    """
    wave = at_rate(sound, rate)
    part = wave[round(start * rate) : max(round(end * rate), round(start * rate) + 2)]
    weights = np.hanning(len(part) + 2)[1:-1]
    magnitude = 2 * np.abs(np.fft.rfft(part * weights)) / weights.sum()
    hz = np.fft.rfftfreq(len(part), 1 / rate)
    level = 20 * np.log10(np.maximum(magnitude, 10 ** (_NO_SOUND_DB / 20)))
    return hz.astype(np.float32), level.astype(np.float32)


def within(span: Span | None, duration: float, least: float) -> Span | None:
    """Return the part of a span that a clip has; None if that is less than `least` seconds."""
    if span is None:
        return None
    start, end = max(span[0], 0.0), min(span[1], duration)
    return (start, end) if end - start >= least else None


def selected(sound: Sound, settings: ViewSettings) -> Span:
    """Return the selection in seconds: where the clip is loudest, unless another was made."""
    return within(settings.selection, sound.duration, _SHORTEST) or loudest_tenth(sound)


class Fft(ChartView):
    """Level over frequency of a selection."""

    order = 140
    name = "fft"
    label = "FFT"
    settings = ("selection", "fft_rate")
    code = """
from kws_core.explore.views import fft

start, end = fft.selected(sound, settings)  # s
hz, level = fft.spectrum(sound, settings.fft_rate, start, end)  # (bins,), Hz and dBFS
"""
    librosa = """
wave = librosa.resample(y, orig_sr=sr, target_sr={fft_rate})
part = wave[round({start} * {fft_rate}) : round({end} * {fft_rate})]
weights = np.hanning(len(part) + 2)[1:-1]
hz = np.fft.rfftfreq(len(part), 1 / {fft_rate})
level = 20 * np.log10(2 * np.abs(np.fft.rfft(part * weights)) / weights.sum())  # dBFS
"""
    torchaudio = """
wave = F.resample(waveform, sr, {fft_rate})
part = wave[round({start} * {fft_rate}) : round({end} * {fft_rate})]
weights = torch.hann_window(len(part) + 2, periodic=False)[1:-1]
hz = torch.fft.rfftfreq(len(part), 1 / {fft_rate})
level = 20 * torch.log10(2 * torch.fft.rfft(part * weights).abs() / weights.sum())  # dBFS
"""

    def figures(
        self, sounds: Sequence[tuple[str, Sound]], settings: ViewSettings, part: Span, revision: str
    ) -> list[go.Figure]:
        rate = settings.fft_rate
        wanted = [(name, sound, rate) for name, sound in sounds]
        if len(sounds) == 1:
            wanted = [
                (f"at {hz / 1000:g} kHz", sounds[0][1], hz)
                for hz in dict.fromkeys((rate, SAMPLE_RATE))
            ]
        curves = [
            (name, *_peaks(*spectrum(sound, hz, *selected(sound, settings))))
            for name, sound, hz in wanted
        ]
        traces = [
            scatter(
                hz,
                level,
                "%{x:.1f} Hz<br>%{y:.1f} dB",
                name=_short(name),
                line={"width": 1.5, "color": color},
            )
            for (name, hz, level), color in zip(
                curves, (COLORS["main"], COLORS["second"]), strict=False
            )
        ]
        layout = chart_layout(revision, legend=len(curves) > 1)
        highest = max(float(hz[-1]) for _, hz, _ in curves)
        loudest = max(float(level.max()) for *_, level in curves)
        layout["xaxis"] = hz_axis(settings.frequency_axis, LOWEST_LOG_HZ, highest)
        layout["yaxis"] = {
            "range": [loudest - settings.db_range, loudest + 3],
            "ticksuffix": " dB",
            "nticks": 6,
        }
        return [go.Figure(data=traces[::-1], layout=layout)]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        start, end = selected(sound, settings)
        rate, count = settings.fft_rate, _count(sound, settings)
        return Note(
            f"Spectrum of {start:.2f} to {end:.2f} s as a whole: {count:,} samples at {rate:,} "
            f"Hz under a Hann window, one bin every {rate / count:.3g} Hz up to {rate // 2:,} "
            "Hz. A sine of amplitude 1 reads 0 dB.",
            r"X[m]=\sum_{n=0}^{N-1}x[n]\,w[n]\,e^{-2\pi i\,mn/N}",
            r"A[m]=20\log_{10}\tfrac{2}{\sum w}|X[m]|",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        rate = settings.fft_rate
        hz, levels = spectrum(sound, rate, *selected(sound, settings))
        peak = int(levels.argmax())
        text = f"The peak is {db(float(levels[peak]))} at {hz[peak]:.0f} Hz."
        if rate < SAMPLE_RATE:
            return f"{text} Resampling removed everything above {rate // 2:,} Hz."
        if rate > SAMPLE_RATE:
            return f"{text} Above {SAMPLE_RATE // 2:,} Hz is nothing: resampling adds no sound."
        return f"{text} In a vowel, the peaks are multiples of f0, and their hills the formants."

    def marks(self, sound: Sound, settings: ViewSettings) -> tuple[Span, ...]:
        return (selected(sound, settings),)


def _count(sound: Sound, settings: ViewSettings) -> int:
    start, end = (round(time * settings.fft_rate) for time in selected(sound, settings))
    return max(end - start, 2)


def _peaks(hz: Floats, level: Floats) -> tuple[Floats, Floats]:
    """Return at most as many points as a line needs, the highest of those taken together."""
    group = math.ceil(len(level) / _MOST_POINTS)
    if group == 1:
        return hz, level
    firsts = np.arange(0, len(level), group)
    return hz[firsts], np.maximum.reduceat(level, firsts)


def _short(name: str) -> str:
    """Return a clip's name, short enough for a phone, as Plotly wants it: it takes HTML."""
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return html.escape(short, quote=False)

"""What can be drawn on the time axis: values with their axes, ready for a chart.

Nothing is thinned out here; `charts` does that for what it draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.style import mel_ticks
from kws_core.explore.settings import MelBands, Span, Stft, ViewSettings
from kws_core.explore.spectra import frame_times
from kws_core.features.front_ends import LogMelConfig
from kws_core.features.mel import mel_edges

# level: dB, shown below the loudest. share: 0 to 1. signed: around 0.
ValueKind = Literal["level", "share", "signed"]
Tone = Literal["main", "second", "quiet", "bright"]

TALL, MIDDLE, LOW = 230, 150, 110  # pixels


@dataclass(frozen=True, eq=False)
class RowAxis:
    """The vertical axis of a heatmap, in one of two ways.

    edges: of the rows in Hz, (rows + 1,), evenly spaced. Or names: of rows that are counted from
    0; ticks: where on that axis to write what; margin: how far it goes beyond the outer rows.
    """

    edges: Floats | None = None
    names: tuple[str, ...] = ()
    ticks: tuple[tuple[float, ...], tuple[str, ...]] = ((), ())
    margin: float = 0.5


@dataclass(frozen=True, eq=False)
class Line:
    """A line over time; first and step: of its values (frames,), in seconds; NaN is a gap."""

    name: str
    values: Floats
    first: float
    step: float
    tone: Tone = "main"


@dataclass(frozen=True, eq=False)
class Heatmap:
    """Values (rows, frames) as colors; first and step: of the frames' middles, in seconds.

    lines: drawn over it, in Hz; only over rows that have edges in Hz.
    """

    title: str
    values: Floats
    first: float
    step: float
    rows: RowAxis
    kind: ValueKind = "level"
    height: int = TALL
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, eq=False)
class Curves:
    """Lines on one vertical axis, from low to high in unit, and spans of time to mark."""

    title: str
    lines: tuple[Line, ...]
    low: float
    high: float
    unit: str
    digits: int = 0
    spans: tuple[Span, ...] = ()
    height: int = LOW


@dataclass(frozen=True, eq=False)
class Wave:
    """The waveform, samples (n,), with lines over it, and spans of time to mark."""

    title: str
    samples: Floats
    lines: tuple[Line, ...] = ()
    spans: tuple[Span, ...] = ()
    height: int = LOW


Pane = Heatmap | Curves | Wave


def line(name: str, values: Floats, stft: Stft, tone: Tone = "main") -> Line:
    """Return a line through one value per frame."""
    return Line(name, values, *frame_times(stft), tone)


def over_hz(title: str, levels: Floats, stft: Stft) -> Heatmap:
    """Return levels (bins, frames) over frequencies in Hz."""
    bins = np.arange(stft.n_fft // 2 + 2, dtype=np.float32) - 0.5
    rows = RowAxis(bins * np.float32(SAMPLE_RATE / stft.n_fft))
    return Heatmap(title, levels, *frame_times(stft), rows)


def over_bands(
    title: str,
    values: Floats,
    settings: ViewSettings,
    kind: ValueKind = "level",
    height: int = TALL,
) -> Heatmap:
    """Return values (n_mels, frames) over mel bands."""
    return Heatmap(
        title, values, *frame_times(settings.stft), _band_rows(settings.mel), kind, height
    )


def over_names(
    title: str,
    values: Floats,
    stft: Stft,
    names: tuple[str, ...],
    ticks: tuple[int, ...],
    kind: ValueKind,
    height: int = MIDDLE,
) -> Heatmap:
    """Return values (rows, frames) over rows with names; ticks: the rows that are labelled."""
    rows = RowAxis(names=names, ticks=(tuple(map(float, ticks)), tuple(names[i] for i in ticks)))
    return Heatmap(title, values, *frame_times(stft), rows, kind, height)


def band_ticks(bands: MelBands) -> tuple[list[float], list[str]]:
    """Return where round frequencies lie on an axis of band numbers, and their labels."""
    return mel_ticks(
        LogMelConfig(
            n_mels=bands.n_mels, f_min=bands.f_min, f_max=bands.f_max, mel_scale=bands.mel_scale
        )
    )


def _band_rows(bands: MelBands) -> RowAxis:
    centers = mel_edges(bands.n_mels, bands.f_min, bands.f_max, bands.mel_scale)[1:-1].numpy()
    # Names are positions on the axis, so no two may be the same.
    digits = 0 if np.diff(centers).min(initial=10.0) > 2 else 2
    positions, labels = band_ticks(bands)
    names = tuple(f"{hz:.{digits}f} Hz" for hz in centers)
    # From edge to edge of the outermost bands' triangles: f_min to f_max exactly.
    return RowAxis(names=names, ticks=(tuple(positions), tuple(labels)), margin=1.0)

"""Panels of pictures on one time axis: what the figures of a draw are built of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import plotly.graph_objects as go

from kws_core.explore.sound import Floats
from kws_core.features import LN_TO_DB, LogMelConfig
from kws_core.plots import CLEAR, LINE, amplitude_step, envelope, mel_ticks
from kws_core.waveform import Samples

PANEL: Final = 104  # pixels, of a picture
WAVE_PANEL: Final = 52

BarPlace = Literal["left", "right"]

_TOP, _BOTTOM = 22, 72  # pixels: a title, and the time axis with the colour bars
_GAP, _NARROW_GAP = 24, 6  # between panels, with a title and without
_TICKS: Final = ("500 Hz", "1 kHz", "2 kHz", "4 kHz")


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A sound (n,) and its log-mel (bands, frames) in ln(power)."""

    samples: Samples
    picture: Floats


class Panels:
    """A figure in the making: panels of given heights in pixels on one time axis in seconds.

    Everything is gathered first and handed to Plotly at once, which is several times quicker
    than piece by piece. titles: above the panels, may be empty. bars: whether colour bars are
    below. revision: a zoom stays while it is the same.
    """

    def __init__(
        self,
        heights: Sequence[int],
        titles: Sequence[str],
        config: LogMelConfig,
        revision: str,
        *,
        bars: bool,
    ) -> None:
        gaps = [0] + [_GAP if title else _NARROW_GAP for title in titles[1:]]
        self.plot_height = plot = sum(heights) + sum(gaps)
        margin_top, margin_bottom = (_TOP if any(titles) else 4), (_BOTTOM if bars else 24)
        self.traces: list[dict[str, Any]] = []
        self.shapes: list[dict[str, Any]] = []
        self.annotations: list[dict[str, Any]] = []
        self.layout: dict[str, Any] = {
            "xaxis": {
                "range": [0.0, config.n_samples / config.sample_rate],
                "anchor": axis_name(len(heights)),
                "showgrid": False,
                "zeroline": False,
                "ticksuffix": " s",
                "nticks": 5,
            },
            "height": plot + margin_top + margin_bottom,
            "margin": {"l": 52, "r": 10, "t": margin_top, "b": margin_bottom},
            "showlegend": False,
            "dragmode": "zoom",
            "hovermode": "closest",
            "uirevision": revision,
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
        }
        top = float(plot)
        for row, (height, gap, title) in enumerate(zip(heights, gaps, titles, strict=True), 1):
            top -= gap
            if title:
                self.annotations.append(_title(title, top / plot))
            domain = [max((top - height) / plot, 0.0), top / plot]
            self._y_axis(row)["domain"] = domain
            top -= height

    def add_picture(
        self,
        levels: Floats,
        config: LogMelConfig,
        row: int,
        coloraxis: str = "coloraxis",
        sign: str = "",
    ) -> None:
        """Put levels in dB, (bands, frames), into a row, from 1; sign: how numbers are told."""
        self.traces.append(_picture_trace(levels, config, row, coloraxis, sign))
        self._y_axis(row).update(_mel_axis(config))

    def add_sound(self, sound: Snapshot, config: LogMelConfig, row: int, peak: float) -> None:
        """Put a waveform into a row, with amplitudes to `peak`, and its log-mel into the next."""
        self.traces.append(_wave_trace(sound.samples, config, row))
        tick = amplitude_step(peak)
        self._y_axis(row).update(range=[-peak, peak], tickvals=[-tick, 0.0, tick], fixedrange=True)
        self.add_picture(sound.picture * np.float32(LN_TO_DB), config, row + 1)

    def set_colours(
        self, name: str, scale: str, low: float, high: float, bar: BarPlace | None = None
    ) -> None:
        """Give a colour axis its scale, and a bar below the left or the right half, or none."""
        self.layout[name] = {
            "colorscale": scale,
            "cmin": low,
            "cmax": high,
            "showscale": bar is not None,
        }
        if bar is not None:
            ticks = _round_levels(low, high)
            self.layout[name]["colorbar"] = self._colour_bar(bar, ticks)

    def figure(self) -> go.Figure:
        """Return what was gathered."""
        layout = {**self.layout, "shapes": self.shapes, "annotations": self.annotations}
        return go.Figure({"data": self.traces, "layout": layout})

    def _y_axis(self, row: int) -> dict[str, Any]:
        axis: dict[str, Any] = self.layout.setdefault(
            "yaxis" if row == 1 else f"yaxis{row}", {"anchor": "x"}
        )
        return axis

    def _colour_bar(self, place: BarPlace, ticks: list[float]) -> dict[str, Any]:
        # Below the pictures: beside them, it would take a sixth of a phone's width.
        return {
            "orientation": "h",
            "thickness": 8,
            "len": 0.46,
            "x": 0.0 if place == "left" else 1.0,
            "xanchor": place,
            "y": -33 / self.plot_height,
            "yanchor": "top",
            "xpad": 0,
            "ypad": 0,
            "tickvals": ticks,
            "ticktext": [f"{tick:.0f} dB".replace("-", "−") for tick in ticks],
            "outlinewidth": 0,
        }


def _round_levels(low: float, high: float) -> list[float]:
    """Return two or three round numbers between two levels in dB: more would not fit a phone."""
    step = next(s for s in (5, 10, 20, 30, 40, 50, 100) if high // s - -(-low // s) < 3)
    return [float(k * step) for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def axis_name(row: int) -> str:
    """Return what Plotly calls the y axis of a row, from 1."""
    return "y" if row == 1 else f"y{row}"


def _picture_trace(
    levels: Floats, config: LogMelConfig, row: int, coloraxis: str, sign: str
) -> dict[str, Any]:
    centres = config.centre_frequencies.tolist()
    return {
        "type": "heatmap",
        "z": np.asarray(levels, dtype=np.float32),
        "x0": config.win_length / 2 / config.sample_rate,
        "dx": config.hop_length / config.sample_rate,
        # Names, so that the pointer reads Hz; on the axis they stand at 0, 1, 2 ...
        "y": [f"{hz:.0f} Hz" if hz < 1000 else f"{hz / 1000:.2f} kHz" for hz in centres],
        "coloraxis": coloraxis,
        "hovertemplate": f"%{{x:.3f}} s<br>%{{y}}<br>%{{z:{sign}.1f}} dB<extra></extra>",
        "xaxis": "x",
        "yaxis": axis_name(row),
    }


def _wave_trace(samples: Samples, config: LogMelConfig, row: int) -> dict[str, Any]:
    line, step = envelope(samples)
    return {
        "type": "scatter",
        "x0": 0.0,
        "dx": (step / 2 if step else 1) / config.sample_rate,
        "y": line,
        "mode": "lines",
        "line": {"width": 1, "color": LINE},
        "hovertemplate": "%{x:.3f} s<br>amplitude %{y:.3f}<extra></extra>",
        "xaxis": "x",
        "yaxis": axis_name(row),
    }


def _mel_axis(config: LogMelConfig) -> dict[str, Any]:
    positions, names = mel_ticks(config)
    shown = [(p, name) for p, name in zip(positions, names, strict=True) if name in _TICKS]
    return {
        "type": "category",
        "range": [-0.5, config.n_mels - 0.5],
        "tickvals": [position for position, _ in shown],
        "ticktext": [name for _, name in shown],
        "showgrid": False,
        "fixedrange": True,
    }


def peak_of(samples: Samples) -> float:
    """Return how far an amplitude axis must go for a sound."""
    return max(float(np.abs(samples).max(initial=0.0)), 1e-3) * 1.08


def _title(text: str, y: float) -> dict[str, Any]:
    return {
        "text": text,
        "xref": "paper",
        "x": 0.0,
        "xanchor": "left",
        "yref": "paper",
        "y": y,
        "yanchor": "bottom",
        "yshift": 1,
        "showarrow": False,
        "font": {"size": 13},
    }

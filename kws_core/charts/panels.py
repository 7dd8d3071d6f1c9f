"""Panels of pictures on one time axis: what the figures of a draw are built of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import plotly.graph_objects as go

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import Samples
from kws_core.charts.marks import panel_title
from kws_core.charts.style import (
    amplitude_axis,
    band_names,
    colour_bar,
    frame,
    mel_ticks,
    time_axis,
    waveform_trace,
)
from kws_core.charts.traces import heatmap
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig

PANEL: Final = 104  # pixels, of a picture
WAVE_PANEL: Final = 52

BarPlace = Literal["left", "right"]

_TOP, _BOTTOM = 22, 72  # pixels: a title, and the time axis with the colour bars
_GAP, _NARROW_GAP = 24, 6  # between panels, with a title and without
FEW_TICKS_HZ: Final = (500, 1000, 2000, 4000)  # as many as a panel has room for


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
        above, below = (_TOP if any(titles) else 4), (_BOTTOM if bars else 24)
        self.traces: list[dict[str, Any]] = []
        self.shapes: list[dict[str, Any]] = []
        self.annotations: list[dict[str, Any]] = []
        seconds = config.n_samples / config.sample_rate
        self.layout: dict[str, Any] = {
            **frame(plot + above + below, (52, 10, above, below), revision),
            "xaxis": time_axis(0.0, seconds, axis_name(len(heights)), 5),
        }
        top = float(plot)
        for row, (height, gap, title) in enumerate(zip(heights, gaps, titles, strict=True), 1):
            top -= gap
            if title:
                self.annotations.append(panel_title(title, top / plot))
            domain = [max((top - height) / plot, 0.0), top / plot]
            self.y_axis(row)["domain"] = domain
            top -= height

    def add_picture(
        self,
        levels: Floats,
        config: LogMelConfig,
        row: int,
        coloraxis: str = "coloraxis",
        sign: str = "",
    ) -> None:
        """Put levels in dB, (bands, frames), into a row, from 1; sign: before numbers."""
        trace = _picture_trace(levels, config, row, coloraxis, sign)
        self.traces.append(trace)
        self.y_axis(row).update(category_axis(trace["y"], *mel_ticks(config, FEW_TICKS_HZ)))

    def add_sound(self, sound: Snapshot, config: LogMelConfig, row: int, peak: float) -> None:
        """Put a waveform into a row, with amplitudes to `peak`, and its log-mel into the next."""
        wave = waveform_trace(sound.samples, config.sample_rate)
        self.traces.append(wave | {"xaxis": "x", "yaxis": axis_name(row)})
        self.y_axis(row).update(amplitude_axis(peak))
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
            names = [f"{tick:.0f} dB".replace("-", "−") for tick in ticks]
            self.layout[name]["colorbar"] = colour_bar(
                -33 / self.plot_height, 0.46, bar, tickvals=ticks, ticktext=names
            )

    def figure(self) -> go.Figure:
        """Return what was gathered."""
        layout = {**self.layout, "shapes": self.shapes, "annotations": self.annotations}
        return go.Figure({"data": self.traces, "layout": layout})

    def y_axis(self, row: int) -> dict[str, Any]:
        """Return the vertical axis of a row, from 1, to be added to."""
        axis: dict[str, Any] = self.layout.setdefault(
            "yaxis" if row == 1 else f"yaxis{row}", {"anchor": "x"}
        )
        return axis


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
    return heatmap(
        levels,
        f"%{{x:.3f}} s<br>%{{y}}<br>%{{z:{sign}.1f}} dB",
        x0=config.win_length / 2 / config.sample_rate,
        dx=config.hop_length / config.sample_rate,
        y=band_names(config),
        coloraxis=coloraxis,
        xaxis="x",
        yaxis=axis_name(row),
    )


def category_axis(
    rows: Sequence[str], ticks: Sequence[float], names: Sequence[str]
) -> dict[str, Any]:
    """Return the vertical axis of a picture with named rows, with names at some of them."""
    return {
        "type": "category",
        "range": [-0.5, len(rows) - 0.5],
        "tickvals": list(ticks),
        "ticktext": list(names),
        "showgrid": False,
        "fixedrange": True,
    }

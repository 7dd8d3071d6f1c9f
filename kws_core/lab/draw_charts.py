"""Pictures of a draw: before, after, what changed, and every step. Arrays in, Plotly out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import plotly.colors
import plotly.graph_objects as go

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import Samples
from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.charts.marks import box, text_above, text_at, upright
from kws_core.charts.panels import PANEL, WAVE_PANEL, Panels, Snapshot, axis_name
from kws_core.charts.style import DB_RANGE, peak_of
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig

_CHANGED: Final = "PuOr"  # zero in its middle; its ends differ in lightness from it alike


@dataclass(frozen=True)
class LevelScale:
    """The colours of a level: `low` and `high` in dB."""

    low: float
    high: float


def level_scale(*pictures: Floats) -> LevelScale:
    """Return one scale for several log-mels: to the loudest of all, down by at most 80 dB."""
    high = max(float(picture.max()) for picture in pictures) * LN_TO_DB
    low = min(float(picture.min()) for picture in pictures) * LN_TO_DB
    span = min(high - low, DB_RANGE) or DB_RANGE
    return LevelScale(high - span, high)


def masked_figure(
    before: Floats, after: Floats, masks: SpecAugmentDraw, config: LogMelConfig, revision: str
) -> go.Figure:
    """Draw a log-mel before and after SpecAugment, and the difference, one below the other.

    Both pictures have the same colours for the same level, and a dB of difference is as much
    colour as a dB of level. The masks are outlined, and the warped point is marked.
    revision: zoom stays while it is the same.
    """
    scale = level_scale(before, after)
    titles = ["Before", "After", "Difference"]
    panels = Panels([PANEL, PANEL, PANEL], titles, config, revision, bars=True)
    panels.add_picture(before * np.float32(LN_TO_DB), config, 1)
    panels.add_picture(after * np.float32(LN_TO_DB), config, 2)
    changed = (after - before) * np.float32(LN_TO_DB)
    panels.add_picture(changed, config, 3, coloraxis="coloraxis2", sign="+")
    for row in (2, 3):
        _outline(panels, masks, config, row)
    _mark_warp(panels, masks, config)
    half = (scale.high - scale.low) / 2
    panels.set_colours("coloraxis", "Viridis", scale.low, scale.high, "left")
    panels.set_colours("coloraxis2", _CHANGED, -half, half, "right")
    return panels.figure()


def sounds_figure(
    before: Snapshot, after: Snapshot, config: LogMelConfig, revision: str
) -> go.Figure:
    """Draw a sound before and after its steps, each as waveform and log-mel, on the same scales."""
    scale = level_scale(before.picture, after.picture)
    heights, titles = [WAVE_PANEL, PANEL] * 2, ["Before", "", "After", ""]
    panels = Panels(heights, titles, config, revision, bars=True)
    peak = shared_peak(before.samples, after.samples)
    panels.add_sound(before, config, 1, peak)
    panels.add_sound(after, config, 3, peak)
    panels.set_colours("coloraxis", "Viridis", scale.low, scale.high, "right")
    return panels.figure()


def step_figure(
    sound: Snapshot, config: LogMelConfig, scale: LevelScale, peak: float, revision: str
) -> go.Figure:
    """Draw a sound after one step; scale and peak are those of the whole chain."""
    panels = Panels([WAVE_PANEL, PANEL], ["", ""], config, revision, bars=False)
    panels.add_sound(sound, config, 1, peak)
    panels.set_colours("coloraxis", "Viridis", scale.low, scale.high)
    return panels.figure()


def picture_figure(
    picture: Floats, masks: SpecAugmentDraw, config: LogMelConfig, scale: LevelScale, revision: str
) -> go.Figure:
    """Draw one log-mel alone, with its masks outlined."""
    panels = Panels([PANEL + 26], [""], config, revision, bars=False)
    panels.add_picture(picture * np.float32(LN_TO_DB), config, 1)
    _outline(panels, masks, config, 1)
    panels.set_colours("coloraxis", "Viridis", scale.low, scale.high)
    return panels.figure()


def thumbnail(picture: Floats, scale: LevelScale) -> npt.NDArray[np.uint8]:
    """Return a log-mel as a small image in the same colours, (2 bands, 2 frames, 3)."""
    levels = (picture * LN_TO_DB - scale.low) / (scale.high - scale.low)
    index = np.round(np.clip(levels, 0, 1) * 255).astype(np.uint8)
    coloured = _viridis()[index[::-1]]  # the lowest band at the bottom
    return np.asarray(coloured.repeat(2, axis=0).repeat(2, axis=1))


def shared_peak(*sounds: Samples) -> float:
    """Return how far an amplitude axis must go for all of some sounds."""
    return max(peak_of(samples) for samples in sounds)


def _outline(panels: Panels, masks: SpecAugmentDraw, config: LogMelConfig, row: int) -> None:
    """Draw a frame around every mask, and its name into it."""
    hop = config.hop_length / config.sample_rate
    first = config.win_length / 2 / config.sample_rate - hop / 2  # where the first frame begins
    end = first + masks.n_frames * hop
    boxes = [
        (f"f{i}", first, end, f0 - 0.5, f0 + f - 0.5)
        for i, (f0, f) in enumerate(masks.freq_masks, 1)
        if f
    ]
    boxes += [
        (f"t{i}", first + t0 * hop, first + (t0 + t) * hop, -0.5, masks.n_mels - 0.5)
        for i, (t0, t) in enumerate(masks.time_masks, 1)
        if t
    ]
    for name, x0, x1, y0, y1 in boxes:
        # White on black: seen on every colour of the picture.
        for width, colour in ((3, "rgba(0, 0, 0, 0.75)"), (1.2, "#ffffff")):
            panels.shapes.append(box((x0, x1), (y0, y1), width, colour, yref=axis_name(row)))
        in_time = name.startswith("t")
        panels.annotations.append(
            text_at(
                name,
                (x0 + x1) / 2 if in_time else x0,
                y1 if in_time else (y0 + y1) / 2,
                10,
                yref=axis_name(row),
                xanchor="center" if in_time else "left",
                yanchor="top" if in_time else "middle",
                font_color="#ffffff",
                bgcolor="rgba(0, 0, 0, 0.65)",
                borderpad=1,
            )
        )


def _mark_warp(panels: Panels, masks: SpecAugmentDraw, config: LogMelConfig) -> None:
    """Mark the point that moves: where it was, dotted, in both pictures, and where it is."""
    if masks.warp_from is None:
        return
    times = config.frame_times
    was, now = (float(times[frame]) for frame in (masks.warp_from, masks.warp_from + masks.warp_by))
    for row, at, dash, name in (
        (1, was, "dot", "w0"),
        (2, was, "dot", ""),
        (2, now, "solid", "w0 + w"),
    ):
        panel = f"{axis_name(row)} domain"
        panels.shapes.append(upright(at, 1.5, "#ffffff", line_dash=dash, yref=panel))
        if name:
            panels.annotations.append(text_above(name, at, 11, yref=panel))


@lru_cache(maxsize=1)
def _viridis() -> npt.NDArray[np.uint8]:
    """Return viridis as 256 colours, (256, 3)."""
    stops = plotly.colors.get_colorscale("Viridis")
    at = [float(position) for position, _ in stops]
    rgb = np.array([plotly.colors.hex_to_rgb(colour) for _, colour in stops])
    steps = np.linspace(0, 1, 256)
    table = np.stack([np.interp(steps, at, rgb[:, channel]) for channel in range(3)], axis=1)
    return np.asarray(np.round(table), dtype=np.uint8)

"""What the app's pictures have in common: frame, axes, colours, and how things are written.

The figures leave fonts and backgrounds to the page, and every colour of their own can be read on
a light and on a dark one. Parts are plain dictionaries, to be handed to Plotly at once: its own
objects take ten times as long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch

from kws_core.audio.waveform import Samples
from kws_core.features.front_ends import LogMelConfig
from kws_core.features.mel import hz_to_mel
from kws_core.labels import SILENCE, UNKNOWN

# The most columns a picture gets: more than pixels on most screens, and small to send.
MAX_COLUMNS = 2000
DB_RANGE = 80.0  # below a clip's loudest point, the colours end

TICKS_HZ = (0, 250, 500, 1000, 2000, 4000, 8000)
LINE = "#26828e"  # viridis' teal: contrast above 4 on white and on near-black
CLEAR = "rgba(0, 0, 0, 0)"


def frame(
    height: int, margin: tuple[int, int, int, int], revision: str, *, zoom: bool = True
) -> dict[str, Any]:
    """Return the layout that all pictures share; margin: left, right, top, bottom, in pixels.

    revision: while it stays the same, so does a person's zoom. zoom: or nothing to zoom into.
    """
    left, right, top, bottom = margin
    return {
        "height": height,
        "margin": {"l": left, "r": right, "t": top, "b": bottom},
        "showlegend": False,
        # Without a zoom, a finger on it should scroll the page.
        "dragmode": "zoom" if zoom else False,
        "hovermode": "closest",
        "uirevision": revision,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
    }


def time_axis(start: float, end: float, anchor: str, nticks: int) -> dict[str, Any]:
    """Return an axis in seconds; anchor: the vertical axis that it lies below."""
    return {
        "range": [start, end],
        "anchor": anchor,
        "showgrid": False,
        "zeroline": False,
        "ticksuffix": " s",
        "nticks": nticks,
    }


def amplitude_axis(peak: float) -> dict[str, Any]:
    """Return the vertical axis of a waveform, from -`peak` to `peak`."""
    step = amplitude_step(peak)
    return {"range": [-peak, peak], "tickvals": [-step, 0.0, step], "fixedrange": True}


def colour_bar(
    y: float, length: float = 0.6, place: Literal["left", "right"] = "right", **ticks: Any
) -> dict[str, Any]:
    """Return a bar of colours below a picture; y, length: shares of the plot's size.

    Beside the picture, it would take a sixth of a phone's width.
    """
    return {
        "orientation": "h",
        "thickness": 8,
        "len": length,
        "x": 0.0 if place == "left" else 1.0,
        "xanchor": place,
        "y": y,
        "yanchor": "top",
        "xpad": 0,
        "ypad": 0,
        "outlinewidth": 0,
        **ticks,
    }


def waveform_trace(samples: Samples, sample_rate: int, start: float = 0.0) -> dict[str, Any]:
    """Return the line of a waveform (n,) at sample_rate Hz that begins at `start` seconds."""
    line, step = envelope(samples)
    return {
        "type": "scatter",
        "x0": start,
        "dx": (step / 2 if step else 1) / sample_rate,
        "y": line,
        "mode": "lines",
        "line": {"width": 1, "color": LINE},
        "hovertemplate": "%{x:.3f} s<br>amplitude %{y:.3f}<extra></extra>",
    }


def peak_of(samples: Samples) -> float:
    """Return how far an amplitude axis must go for a sound."""
    return max(float(np.abs(samples).max(initial=0.0)), 1e-3) * 1.08


def band_names(config: LogMelConfig) -> list[str]:
    """Return the bands' centres as text.

    As rows of a picture they let the pointer read Hz; on the axis they stand at 0, 1, 2 ...
    """
    centres = config.centre_frequencies.tolist()
    return [f"{hz:.0f} Hz" if hz < 1000 else f"{hz / 1000:.2f} kHz" for hz in centres]


def readable(label: str) -> str:
    """Return a label as people write it: without the underscores of silence and unknown."""
    return label.strip("_") if label in (SILENCE, UNKNOWN) else label


def amplitude_step(peak: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten up to nine tenths of `peak`."""
    power = 10.0 ** math.floor(math.log10(0.9 * peak))
    factor = max(f for f in (1, 2, 5) if f * power <= 0.9 * peak * (1 + 1e-9))
    return float(f"{factor * power:.1g}")


def percent(share: float, digits: int = 0) -> str:
    """Return a share, 0 to 1, as a percentage; never 0% or 100% for a share that is neither."""
    step = 10.0**-digits
    if 0.0 < 100 * share < step / 2:
        return f"<{step:.{digits}f}%"
    if 100 - step / 2 <= 100 * share < 100:
        return f">{100 - step:.{digits}f}%"
    return f"{share:.{digits}%}"


def mel_ticks(
    config: LogMelConfig, hertz: Sequence[int] = TICKS_HZ
) -> tuple[list[float], list[str]]:
    """Return where round frequencies lie on an axis of band numbers, and what to write there.

    Band m's centre is at m; f_min is at -1 and f_max at n_mels. A label is in Hz or kHz.
    """
    inside = [hz for hz in hertz if config.f_min <= hz <= config.f_max]
    ends = torch.tensor([config.f_min, config.f_max], dtype=torch.float64)
    low, high = hz_to_mel(ends, config.mel_scale).tolist()
    mels = hz_to_mel(torch.tensor(inside, dtype=torch.float64), config.mel_scale)
    bands = (mels - low) / (high - low) * (config.n_mels + 1) - 1
    names = [f"{hz // 1000} kHz" if hz >= 1000 else f"{hz} Hz" for hz in inside]
    return [round(band, 3) for band in bands.tolist()], names


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

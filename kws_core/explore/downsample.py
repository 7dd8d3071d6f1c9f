"""As many values of a heatmap as a screen can show, and few enough to be sent at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.remembered import Floats
from kws_core.explore.panes import Heatmap, RowAxis
from kws_core.explore.settings import FrequencyAxis, Span
from kws_core.explore.traces import LOWEST_LOG_HZ

# Bytes of all heatmaps of a figure; they are sent as base64, which makes three bytes four.
BUDGET: Final = 600_000
MOST_COLUMNS: Final = 1600
MOST_ROWS: Final = 256  # on a logarithmic axis, and when there is not room for all


def thin(
    heatmaps: Sequence[Heatmap], part: Span, axis: FrequencyAxis, budget: int = BUDGET
) -> tuple[list[Heatmap], bool]:
    """Return the heatmaps from start to end (seconds) with as many values as the budget allows.

    Values that are taken together are averaged, levels as power. The second result tells whether
    there is room for exact levels: if not, they have to be sent as whole dB, one byte each.
    """
    cut = [_cut(heatmap, part) for heatmap in heatmaps]
    rows = [MOST_ROWS if _goes_log(heatmap, axis) else len(heatmap.values) for heatmap in cut]
    frames = [heatmap.values.shape[1] for heatmap in cut]
    size = sum(4 * n_rows * n_frames for n_rows, n_frames in zip(rows, frames, strict=True))
    exact = size <= budget and max(frames, default=0) <= MOST_COLUMNS
    columns = MOST_COLUMNS
    if not exact:
        bytes_per_column = sum(
            min(n_rows, MOST_ROWS) if heatmap.kind == "level" else 4 * n_rows
            for heatmap, n_rows in zip(cut, rows, strict=True)
        )
        columns = max(min(columns, budget // max(bytes_per_column, 1)), 1)
    thinned = []
    for heatmap in cut:
        fewer = _fewer_columns(heatmap, columns)
        if _goes_log(heatmap, axis):
            fewer = _on_log_axis(fewer)
        elif not exact:
            fewer = _fewer_rows(fewer)
        thinned.append(fewer)
    return thinned, exact


def _goes_log(heatmap: Heatmap, axis: FrequencyAxis) -> bool:
    return axis == "log" and heatmap.rows.edges is not None


def _cut(heatmap: Heatmap, part: Span) -> Heatmap:
    start = max(math.floor((part[0] - heatmap.first) / heatmap.step), 0)
    start = min(start, heatmap.values.shape[1] - 1)
    end = max(math.ceil((part[1] - heatmap.first) / heatmap.step) + 1, start + 1)
    first = heatmap.first + start * heatmap.step
    return replace(heatmap, values=heatmap.values[:, start:end], first=first)


def _fewer_columns(heatmap: Heatmap, columns: int) -> Heatmap:
    frames = heatmap.values.shape[1]
    group = math.ceil(frames / columns)
    if group == 1:
        return heatmap
    groups = np.arange(0, frames, group)
    sizes = np.diff(np.append(groups, frames))
    level = heatmap.kind == "level"
    values = _power(heatmap.values) if level else heatmap.values
    means = (np.add.reduceat(values, groups, axis=1) / sizes).astype(np.float32)
    return replace(
        heatmap,
        values=_decibels(means) if level else means,
        first=heatmap.first + (group - 1) / 2 * heatmap.step,
        step=group * heatmap.step,
    )


def _fewer_rows(heatmap: Heatmap) -> Heatmap:
    edges = heatmap.rows.edges
    n_rows = len(heatmap.values)
    if edges is None or n_rows <= MOST_ROWS:
        return heatmap
    firsts = np.arange(0, n_rows, math.ceil(n_rows / MOST_ROWS))
    lasts = np.append(firsts[1:], n_rows)
    values = _mean_rows(heatmap.values, firsts, lasts)
    return replace(heatmap, values=values, rows=RowAxis(edges[np.append(firsts, n_rows)]))


def _on_log_axis(heatmap: Heatmap) -> Heatmap:
    """Return a heatmap in Hz with rows that are as high as each other on a logarithmic axis."""
    edges = heatmap.rows.edges
    assert edges is not None
    width = float(edges[1] - edges[0])
    new = np.geomspace(max(float(edges[1]), LOWEST_LOG_HZ), float(edges[-1]), MOST_ROWS + 1)
    # All bins with their middle in a row; at low frequencies, the bin that the row is a part of.
    bounds = np.round((new - edges[0]) / width).astype(int)
    inside = ((np.sqrt(new[:-1] * new[1:]) - edges[0]) / width).astype(int)
    several = bounds[1:] > bounds[:-1]
    firsts = np.where(several, bounds[:-1], inside)
    lasts = np.where(several, bounds[1:], inside + 1)
    values = _mean_rows(heatmap.values, firsts, lasts)
    return replace(heatmap, values=values, rows=RowAxis(new.astype(np.float32)))


def _mean_rows(levels: Floats, firsts: npt.NDArray[np.int_], lasts: npt.NDArray[np.int_]) -> Floats:
    """Return the mean power, in dB, of the rows from each first to before each last."""
    row = np.arange(len(levels))
    inside = (row >= firsts[:, None]) & (row < lasts[:, None])  # (new rows, rows)
    weights = inside / np.maximum(lasts - firsts, 1)[:, None]
    return _decibels(weights.astype(np.float32) @ _power(levels))


def _power(levels: Floats) -> Floats:
    return np.asarray(np.exp(levels * np.float32(math.log(10) / 10)))


def _decibels(power: Floats) -> Floats:
    return np.asarray(10 * np.log10(np.maximum(power, np.float32(1e-20))), dtype=np.float32)

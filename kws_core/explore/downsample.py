"""As many values of a picture as a screen can show, and few enough to be sent at once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.remembered import Floats
from kws_core.explore.panes import Picture, Rows
from kws_core.explore.settings import FrequencyAxis
from kws_core.explore.views import Span

# Bytes of all pictures of a figure; they are sent as base64, which makes three bytes four.
BUDGET: Final = 600_000
MOST_COLUMNS: Final = 1600
MOST_ROWS: Final = 256  # on a logarithmic axis, and when there is not room for all
LOWEST_LOG_HZ: Final = 40.0


def thin(
    pictures: Sequence[Picture], part: Span, axis: FrequencyAxis, budget: int = BUDGET
) -> tuple[list[Picture], bool]:
    """Return the pictures from start to end (seconds) with as many values as the budget allows.

    Values that are taken together are averaged, levels as power. The second result tells whether
    there is room for exact levels: if not, they have to be sent as whole dB, one byte each.
    """
    cut = [_cut(picture, part) for picture in pictures]
    rows = [MOST_ROWS if _goes_log(picture, axis) else len(picture.values) for picture in cut]
    frames = [picture.values.shape[1] for picture in cut]
    size = sum(4 * n_rows * n_frames for n_rows, n_frames in zip(rows, frames, strict=True))
    exact = size <= budget and max(frames, default=0) <= MOST_COLUMNS
    columns = MOST_COLUMNS
    if not exact:
        bytes_per_column = sum(
            min(n_rows, MOST_ROWS) if picture.kind == "level" else 4 * n_rows
            for picture, n_rows in zip(cut, rows, strict=True)
        )
        columns = max(min(columns, budget // max(bytes_per_column, 1)), 1)
    thinned = []
    for picture in cut:
        fewer = _fewer_columns(picture, columns)
        if _goes_log(picture, axis):
            fewer = _on_log_axis(fewer)
        elif not exact:
            fewer = _fewer_rows(fewer)
        thinned.append(fewer)
    return thinned, exact


def _goes_log(picture: Picture, axis: FrequencyAxis) -> bool:
    return axis == "log" and picture.rows.edges is not None


def _cut(picture: Picture, part: Span) -> Picture:
    start = max(math.floor((part[0] - picture.first) / picture.step), 0)
    start = min(start, picture.values.shape[1] - 1)
    end = max(math.ceil((part[1] - picture.first) / picture.step) + 1, start + 1)
    first = picture.first + start * picture.step
    return replace(picture, values=picture.values[:, start:end], first=first)


def _fewer_columns(picture: Picture, columns: int) -> Picture:
    frames = picture.values.shape[1]
    group = math.ceil(frames / columns)
    if group == 1:
        return picture
    groups = np.arange(0, frames, group)
    sizes = np.diff(np.append(groups, frames))
    level = picture.kind == "level"
    values = _power(picture.values) if level else picture.values
    means = (np.add.reduceat(values, groups, axis=1) / sizes).astype(np.float32)
    return replace(
        picture,
        values=_decibels(means) if level else means,
        first=picture.first + (group - 1) / 2 * picture.step,
        step=group * picture.step,
    )


def _fewer_rows(picture: Picture) -> Picture:
    edges = picture.rows.edges
    n_rows = len(picture.values)
    if edges is None or n_rows <= MOST_ROWS:
        return picture
    firsts = np.arange(0, n_rows, math.ceil(n_rows / MOST_ROWS))
    lasts = np.append(firsts[1:], n_rows)
    values = _mean_rows(picture.values, firsts, lasts)
    return replace(picture, values=values, rows=Rows(edges[np.append(firsts, n_rows)]))


def _on_log_axis(picture: Picture) -> Picture:
    """Return a picture in Hz with rows that are as high as each other on a logarithmic axis."""
    edges = picture.rows.edges
    assert edges is not None
    width = float(edges[1] - edges[0])
    new = np.geomspace(max(float(edges[1]), LOWEST_LOG_HZ), float(edges[-1]), MOST_ROWS + 1)
    # All bins with their middle in a row; at low frequencies, the bin that the row is a part of.
    bounds = np.round((new - edges[0]) / width).astype(int)
    inside = ((np.sqrt(new[:-1] * new[1:]) - edges[0]) / width).astype(int)
    several = bounds[1:] > bounds[:-1]
    firsts = np.where(several, bounds[:-1], inside)
    lasts = np.where(several, bounds[1:], inside + 1)
    values = _mean_rows(picture.values, firsts, lasts)
    return replace(picture, values=values, rows=Rows(new.astype(np.float32)))


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

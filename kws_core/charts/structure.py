"""A network drawn as boxes, and what its layers make of a clip. Arrays in, Plotly out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from kws_core.charts.layout import axis, figure
from kws_core.charts.marks import line, text_at
from kws_core.charts.style import LINE, percent, readable
from kws_core.charts.traces import bar, heatmap
from kws_core.models.structure import FRONT_END, Block, Floats, Layer, Structure

MOST_MAPS: Final = 64

_ROW: Final = 50  # pixels, of a box and the gap below it
_BOX: Final = 0.72  # of a row
_NARROWEST: Final = 0.62  # of the plot's width, so that every box holds its text
_LINE: Final = "rgba(128, 140, 145, 0.9)"
_GREY, _TEAL = (92, 112, 118), (15, 98, 110)
_CHOSEN: Final = "#f08c1e"


def blocks_figure(structure: Structure, chosen: str = "") -> go.Figure:
    """Draw the front end and the blocks as boxes from top to bottom.

    The wider a box, the more numbers it gives (on a logarithmic scale); the stronger its colour,
    the more of the multiplications are in it. A line beside a box goes around it: what comes in
    is added to what comes out. Where no arrow leads to a box, another tower begins, which gets what
    the front end gives as well. chosen: the name of the block that is marked.
    """
    boxes = [_front_end_block(structure.layers), *structure.blocks]
    sizes = [math.log(math.prod(box.shape)) for box in boxes]
    least, most = min(sizes), max(sizes)
    widths = [
        _NARROWEST + (0.94 - _NARROWEST) * (size - least) / ((most - least) or 1) for size in sizes
    ]
    places = list(range(len(boxes)))
    shares = [box.macs / structure.macs if structure.macs else 0.0 for box in boxes]
    texts = [_box_text(box, structure) for box in boxes]
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": places,
        "x": widths,
        "base": [0.5 - width / 2 for width in widths],
        "width": _BOX,
        "customdata": [box.name for box in boxes],
        "hovertext": texts,
        "marker": {
            "color": [_shade(share / (max(shares) or 1)) for share in shares],
            "line": {
                "color": [_CHOSEN if box.name == chosen else _LINE for box in boxes],
                "width": [3 if box.name == chosen else 1 for box in boxes],
            },
        },
        # Streamlit marks the one that is chosen; the others should not fade.
        "unselected": {"marker": {"opacity": 1.0}},
        "selected": {"marker": {"opacity": 1.0}},
        "hovertemplate": "%{hovertext}<extra></extra>",
    }
    followers = enumerate(structure.blocks[1:], 1)
    shapes = [_arrow(0), *(_arrow(place) for place, block in followers if not block.is_first)]
    for place, box, width in zip(places, boxes, widths, strict=True):
        if box.has_shortcut:
            shapes.append(_shortcut(place, 0.5 - width / 2))
    layout = {
        "xaxis": {"range": [0, 1], "visible": False, "fixedrange": True},
        "yaxis": {"range": [len(boxes) - 0.5, -0.5], "visible": False, "fixedrange": True},
        "shapes": shapes,
        "annotations": [
            text_at(text, 0.5, place, font_color="#ffffff") for place, text in enumerate(texts)
        ],
        "clickmode": "event+select",
    }
    return figure([bars], layout, height=_ROW * len(boxes) + 8, margin=(0, 0, 4, 4))


def feature_figure(
    values: Floats, labels: Sequence[str] = (), seconds: float = 1.0, revision: str = ""
) -> go.Figure:
    """Draw what a layer gives for a clip of some seconds.

    values: (channels, rows, frames) as a grid of pictures, the first `MOST_MAPS` of them;
    (channels, 1, frames) or (channels, frames) as one picture over time; (values,) as bars, with
    their labels if they are as many.
    """
    if values.ndim == 3 and values.shape[1] == 1:
        values = values[:, 0]
    match values.ndim:
        case 1:
            made = _bars(values, labels)
        case 2:
            made = _over_time(values, seconds)
        case _:
            made = _grid(values[:MOST_MAPS])
    made.update_layout(uirevision=revision)
    return made


def feature_text(values: Floats) -> str:
    """Say what `feature_figure` shows of a layer's values."""
    low, high = float(values.min()), float(values.max())
    extent = f"from {_number(low)} to {_number(high)}"
    if values.ndim == 1:
        return f"{len(values):,} numbers, {extent}."
    if values.ndim == 2 or values.shape[1] == 1:
        return f"{len(values)} channels over time, {extent}."
    n, rows, columns = values.shape
    text = f"{n} maps of {rows} × {columns}"
    if n > MOST_MAPS:
        text += f", the first {MOST_MAPS} drawn"
    return f"{text}, {extent}; low bands are at the bottom of each."


def _front_end_block(layers: Sequence[Layer]) -> Block:
    last = [layer for layer in layers if layer.block == FRONT_END][-1]
    return Block(FRONT_END, "", last.shape, 0, 0, has_shortcut=False, is_first=False)


def _box_text(box: Block, structure: Structure) -> str:
    shape = " × ".join(f"{size:,}" for size in box.shape)
    head = f"<b>{box.name}</b>"
    if box.kind:
        head += f"  {box.kind.replace('BatchNorm2d', 'norm').replace('BatchNorm1d', 'norm')}"
    if box.name == FRONT_END:
        return f"{head}<br>{shape}"
    share = box.macs / structure.macs if structure.macs else 0.0
    return f"{head}<br>{shape} · {_short(box.parameters)} weights · {percent(share)} of MACs"


def _shade(strength: float) -> str:
    """Return a colour from grey to teal, for 0 to 1; white can be read on all of them."""
    mixed = [round(low + strength * (high - low)) for low, high in zip(_GREY, _TEAL, strict=True)]
    return f"rgb({', '.join(map(str, mixed))})"


def _arrow(place: int) -> dict[str, Any]:
    half = _BOX / 2
    return line((0.5, 0.5), (place + half, place + 1 - half), 1.5, _LINE)


def _shortcut(place: int, left: float) -> dict[str, Any]:
    half, out = _BOX / 2 + 0.09, max(left - 0.03, 0.005)
    return {
        "type": "path",
        "path": f"M 0.5,{place - half} L {out},{place - half} L {out},{place + half} "
        f"L 0.5,{place + half}",
        "line": {"color": _LINE, "width": 1.5},
    }


def _bars(values: Floats, labels: Sequence[str]) -> go.Figure:
    named = len(labels) == len(values)
    names = [readable(label) for label in labels] if named else list(range(len(values)))
    bars = bar(names, values.astype(np.float32), "%{x}: %{y:.3g}", LINE)
    layout = {"xaxis": axis(showgrid=False), "yaxis": axis(), "bargap": 0.15 if named else 0}
    return figure([bars], layout, height=300, margin=(48, 8, 8, 72 if named else 32))


def _over_time(values: Floats, seconds: float) -> go.Figure:
    step = seconds / values.shape[1]
    picture = _heatmap(values, "%{x:.3f} s, channel %{y}: %{z:.3g}", x0=step / 2, dx=step)
    layout = {
        "xaxis": axis(ticksuffix=" s", nticks=5, showgrid=False, range=[0, seconds]),
        "yaxis": axis("channel", showgrid=False),
    }
    return figure([picture], layout, height=min(140 + 3 * len(values), 440), margin=(52, 8, 8, 62))


def _grid(values: Floats) -> go.Figure:
    n, rows, columns = values.shape
    across = max(min(round(math.sqrt(n * 2.2 * rows / columns)), n), 1)
    down = -(-n // across)
    mosaic = np.full((down * (rows + 1) - 1, across * (columns + 1) - 1), np.nan, np.float32)
    channel = np.zeros(mosaic.shape, np.int16)
    for number, one in enumerate(values):
        # The first row on top: Plotly counts upwards.
        bottom = (down - 1 - number // across) * (rows + 1)
        left = number % across * (columns + 1)
        place = slice(bottom, bottom + rows), slice(left, left + columns)
        mosaic[place], channel[place] = one, number
    picture = _heatmap(mosaic, "map %{customdata}: %{z:.3g}", customdata=channel)
    plain = {"visible": False, "fixedrange": True}
    height = min(max(round(640 * mosaic.shape[0] / mosaic.shape[1]), 220), 560)
    return figure([picture], {"xaxis": plain, "yaxis": plain}, height=height, margin=(4, 4, 4, 40))


def _heatmap(values: Floats, hover: str, **more: Any) -> dict[str, Any]:
    return heatmap(
        values,
        hover,
        colorscale="Viridis",
        hoverongaps=False,
        colorbar={
            "orientation": "h",
            "thickness": 8,
            "len": 0.6,
            "x": 1.0,
            "xanchor": "right",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "nticks": 5,
            "outlinewidth": 0,
        },
        **more,
    )


def _short(count: int) -> str:
    if count < 10_000:
        return f"{count:,}"
    return f"{count / 1e6:.1f} M" if count >= 1_000_000 else f"{count / 1e3:.0f} k"


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")

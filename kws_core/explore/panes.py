"""What can be drawn on the time axis: values with their axes, ready for a figure.

Nothing is thinned out here; `charts` does that for what it draws.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kws_core.audio.remembered import Floats
from kws_core.explore.views import Span

# level: dB, shown below the loudest. share: 0 to 1. signed: around 0.
Kind = Literal["level", "share", "signed"]
Tone = Literal["main", "second", "quiet"]

TALL, MIDDLE, LOW = 230, 150, 110  # pixels


@dataclass(frozen=True, eq=False)
class Rows:
    """The vertical axis of a picture, in one of two ways.

    edges: of the rows in Hz, (rows + 1,), evenly spaced. Or names: of rows that are counted from
    0; ticks: where on that axis to write what; margin: how far it goes beyond the outer rows.
    """

    edges: Floats | None = None
    names: tuple[str, ...] = ()
    ticks: tuple[tuple[float, ...], tuple[str, ...]] = ((), ())
    margin: float = 0.5


@dataclass(frozen=True, eq=False)
class Picture:
    """Values (rows, frames) as colours; first and step: of the frames' middles, in seconds."""

    title: str
    values: Floats
    first: float
    step: float
    rows: Rows
    kind: Kind = "level"
    height: int = TALL


@dataclass(frozen=True, eq=False)
class Line:
    """A line over time; first and step: of its values (frames,), in seconds; NaN is a gap."""

    name: str
    values: Floats
    first: float
    step: float
    tone: Tone = "main"


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


Pane = Picture | Curves | Wave

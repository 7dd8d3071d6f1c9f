"""Scores drawn: before and after, over many draws, and recipe by recipe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from kws_core.charts.layout import COLOURS, figure, legend
from kws_core.charts.marks import line, text_above
from kws_core.charts.scores import SCORE_BARS, best_scores, score_bars
from kws_core.charts.style import LINE, percent, readable
from kws_core.charts.traces import scatter
from kws_core.lab.robustness import Scores

_QUIET: Final = "rgba(38, 130, 142, 0.4)"
_KEPT, _LOST = "circle", "x"
_GOLDEN: Final = 0.61803  # spreads points evenly, however many there are
_MARGIN: Final = (44, 12, 24, 50)
SCORE_AXIS: Final = {
    "range": [-0.04, 1.04],
    "tickformat": ".0%",
    "nticks": 5,
    "zeroline": False,
    "fixedrange": True,
}


@dataclass(frozen=True, eq=False)
class Followed:
    """The scores of some draws, with the label that is followed in them and a name to show."""

    name: str
    label: str
    scores: Scores


def scores_pair_figure(
    before: Mapping[str, float], after: Mapping[str, float], top: int = 5
) -> go.Figure:
    """Draw the best labels after, and the best before, each with its score before and after."""
    names = [label for label, _ in best_scores(after, top)]
    (best_before,) = (label for label, _ in best_scores(before, 1))
    if best_before not in names:
        names[-1] = best_before
    traces = [
        score_bars(
            {label: scores[label] for label in names},
            f"%{{y}} {name}: %{{x:.2%}}",
            colour,
            name=name,
        )
        for scores, name, colour in ((before, "before", _QUIET), (after, "now", LINE))
    ]
    layout = SCORE_BARS | {"bargap": 0.3} | legend(1.0)
    height, margin = 30 + 40 * len(names), (8, 8, 24, 4)
    return figure(traces, layout, height=height, margin=margin, revision="scores")


def draws_figure(seeds: Sequence[int], followed: Sequence[Followed]) -> go.Figure:
    """Draw the followed label's score in every draw; a cross where another label is the best."""
    traces = [
        scatter(
            [str(seed) for seed in seeds],
            one.scores.of(one.label).astype(np.float32),
            f"draw %{{x}}<br>{escape(readable(one.label))} %{{y:.0%}}"
            "<br>heard: %{text}<extra>%{fullData.name}</extra>",
            "markers",
            name=escape(one.name),
            marker={
                "size": 9,
                "color": COLOURS[number % len(COLOURS)],
                "symbol": symbols(one.scores.heard, one.label),
            },
            text=_spoken(one.scores),
        )
        for number, one in enumerate(followed)
    ]
    layout = {
        "xaxis": {
            "type": "category",
            "title": {"text": "draw (seed)", "standoff": 8},
            "nticks": 12,
            "fixedrange": True,
        },
        "yaxis": SCORE_AXIS,
    }
    return figure_with_names(traces, layout, len(followed) > 1, height=210, revision="draws")


def robustness_figure(followed: Sequence[Followed]) -> go.Figure:
    """Draw the followed label's score in every draw of every recipe, one row for each."""
    traces, shapes, annotations = [], [], []
    for row, one in enumerate(followed):
        scores = one.scores.of(one.label)
        spread = (np.arange(len(scores)) * _GOLDEN) % 1.0 - 0.5
        colour = COLOURS[row % len(COLOURS)]
        mean, kept = float(scores.mean()), one.scores.kept(one.label)
        traces.append(
            scatter(
                scores.astype(np.float32),
                (row + 0.45 * spread).astype(np.float32),
                "%{x:.0%}<br>heard: %{text}",
                "markers",
                marker={
                    "size": 7,
                    "color": colour,
                    "opacity": 0.75,
                    "symbol": symbols(one.scores.heard, one.label),
                },
                text=_spoken(one.scores),
            )
        )
        shapes.append(line((mean, mean), (row - 0.3, row + 0.3), 3, colour))
        text = (
            f"<b>{escape(one.name)}</b>  {kept} of {len(scores)} keep "
            f"{escape(readable(one.label))}, mean {percent(mean)}"
        )
        annotations.append(
            text_above(text, 0.0, y=row - 0.32, xref="paper", yref="y", xanchor="left")
        )
    layout = {
        "xaxis": {
            "range": [-0.02, 1.02],
            "tickformat": ".0%",
            "zeroline": False,
            "fixedrange": True,
        },
        "yaxis": {
            "range": [len(followed) - 0.5, -0.62],
            "visible": False,
            "fixedrange": True,
            "zeroline": False,
        },
        "shapes": shapes,
        "annotations": annotations,
    }
    height, margin = 52 + 78 * len(followed), (10, 14, 6, 30)
    return figure(traces, layout, height=height, margin=margin, revision="robustness")


def symbols(heard: Sequence[str], label: str) -> list[str]:
    """Return the shape of every point: whether the label that is followed was heard."""
    return [_KEPT if one == label else _LOST for one in heard]


def _spoken(scores: Scores) -> list[str]:
    pairs = zip(scores.heard, scores.best, strict=True)
    return [escape(f"{readable(label)} {percent(float(score))}") for label, score in pairs]


def figure_with_names(
    traces: list[dict[str, Any]],
    layout: dict[str, Any],
    several: bool,
    *,
    height: int,
    revision: str,
) -> go.Figure:
    """Put a figure together, with a legend below where there is more than one thing to name."""
    names = legend(-0.3, "top", shown=several)
    height += 24 if several else 0
    return figure(traces, layout | names, height=height, margin=_MARGIN, revision=revision)

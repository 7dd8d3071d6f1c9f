"""The data drawn: clips per word, their lengths and levels, and what stands out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Literal

import numpy as np
import plotly.graph_objects as go

from kws_core.charts.layout import COLOURS, WRONG, axis, figure, legend
from kws_core.charts.style import LINE
from kws_core.charts.traces import bar, scatter
from kws_core.labels import WORDS
from kws_core.report.word_map import word_colours
from kws_core.results.data_summary import DataSummary

Measure = Literal["duration", "level"]

SPLITS: Final = {"train": "training", "val": "validation", "test_a": "test"}
_UNITS: Final[dict[Measure, str]] = {"duration": "length, s", "level": "level, dBFS"}
# Nearly all clips last a whole second; the others are seen on a logarithmic scale only.
_SCALES: Final[dict[Measure, dict[str, Any]]] = {
    "duration": {"type": "log", "tickformat": "~%", "dtick": 1},
    "level": {"tickformat": ".0%", "rangemode": "tozero"},
}
_PARTS: Final = (
    ("train", "training, recordings", COLOURS[0]),
    ("train_pictures", "training, pictures", "rgba(38, 130, 142, 0.45)"),
    ("val", "validation, recordings", COLOURS[1]),
    ("val_pictures", "validation, pictures", "rgba(207, 106, 23, 0.45)"),
    ("test_a", "test, recordings", COLOURS[2]),
)


def word_count_rows(words: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the clips of each word in every split as rows of a table."""
    return [
        {"Word": row["word"], **{name: row.get(part, 0) for part, name, _ in _PARTS}}
        for row in words
    ]


def commonest_speaker(utterances: Sequence[str]) -> tuple[str, int]:
    """Return who speaks in most of some clips, by their names, and in how many."""
    ((speaker, n),) = Counter(name.split("_nohash_")[0] for name in utterances).most_common(1)
    return speaker, n


def counts_figure(words: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Draw how many clips of each word there are in every split."""
    order = sorted(words, key=lambda row: sum(row.get(part, 0) for part, *_ in _PARTS))
    traces = [
        bar(
            [row.get(part, 0) for row in order],
            [row["word"] for row in order],
            f"%{{y}}, {name}: %{{x:,}}",
            colour,
            orientation="h",
            name=name,
        )
        for part, name, colour in _PARTS
    ]
    layout = {
        "barmode": "stack",
        "bargap": 0.25,
        "xaxis": axis("clips", nticks=6),
        "yaxis": axis(dtick=1, showgrid=False),
        **legend(1.0),
    }
    return figure(traces, layout, height=760, margin=(74, 12, 30, 44))


def histogram_figure(histogram: Mapping[str, Any], measure: Measure) -> go.Figure:
    """Draw how long, or how loud, the recordings of each split are, as shares of the split."""
    edges = histogram["edges"]
    middle = [(a + b) / 2 for a, b in pairwise(edges)]
    traces = []
    for i, (split, name) in enumerate(SPLITS.items()):
        counts = np.array(histogram.get(split, []), float)
        if not counts.sum():
            continue
        traces.append(
            scatter(
                middle,
                (counts / counts.sum()).tolist(),
                f"{name}, %{{x:.2f}}: %{{y:.1%}}",
                name=name,
                line={"color": COLOURS[i], "shape": "hvh"},
            )
        )
    layout = {
        "xaxis": axis(_UNITS[measure]),
        "yaxis": axis("share of the split", **_SCALES[measure]),
        **legend(),
    }
    return figure(traces, layout, height=300)


def spread_figure(by_word: Sequence[Mapping[str, Any]], key: str) -> go.Figure:
    """Draw the 5, 25, 50, 75 and 95 % points of each word's recordings, as a box each."""
    order = sorted(by_word, key=lambda row: row[key][2])
    low, q1, middle, q3, high = zip(*(row[key] for row in order), strict=True)
    trace = {
        "type": "box",
        "orientation": "h",
        "y": [row["word"] for row in order],
        "lowerfence": low,
        "q1": q1,
        "median": middle,
        "q3": q3,
        "upperfence": high,
        "line": {"color": LINE, "width": 1.3},
    }
    unit = _UNITS["duration" if key == "seconds" else "level"]
    layout = {"xaxis": axis(unit), "yaxis": axis(dtick=1, showgrid=False)}
    return figure([trace], layout, height=60 + 17 * len(order), margin=(74, 12, 8, 44))


def components_figure(summary: DataSummary) -> go.Figure:
    """Draw some clips by their first two principal components, and the outliers among them."""
    colours = word_colours(WORDS)
    points = summary.points.astype(np.float32)
    outliers = summary.figures["components"]["outliers"]
    words = [WORDS[i] for i in summary.point_word]
    traces = [
        scatter(
            points[:, 0],
            points[:, 1],
            "%{text}",
            "markers",
            name="clips drawn at random",
            marker={"size": 4, "color": [colours[word] for word in words], "opacity": 0.6},
            text=words,
        ),
        scatter(
            summary.outlier_points[:, 0].astype(np.float32),
            summary.outlier_points[:, 1].astype(np.float32),
            "%{text}",
            "markers",
            name="outliers",
            marker={"size": 10, "symbol": "x", "color": WRONG},
            text=[f"{word}, {name}" for _, word, name, *_ in outliers],
        ),
    ]
    share = summary.figures["components"]["explained"]
    layout = {
        "xaxis": axis(f"first component, {share[0]:.0%} of the variance"),
        "yaxis": axis(f"second, {share[1]:.0%}"),
        **legend(),
    }
    return figure(traces, layout, height=420)

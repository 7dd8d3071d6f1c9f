"""Calibration of the scores (the reliability diagram), and each word's ROC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from kws_core.charts.layout import COLOURS, QUIET, axis, figure, legend, share_axis
from kws_core.charts.style import LINE, readable
from kws_core.charts.traces import bar, scatter


def calibration_rows(calibration: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the bins of the reliability diagram as rows of a table."""
    return [
        {
            "Score from": round(b["low"], 3),
            "to": round(b["high"], 3),
            "Clips": b["n"],
            "Mean score, %": round(100 * b["confidence"], 2),
            "Accuracy, %": round(100 * b["accuracy"], 2),
        }
        for b in calibration["bins"]
    ]


def reliability_figure(calibration: Mapping[str, Any]) -> go.Figure:
    """Draw the accuracy at every score (Guo et al. 2017), above the number of clips."""
    bins = calibration["bins"]
    middle = [(b["low"] + b["high"]) / 2 for b in bins]
    width = [b["high"] - b["low"] for b in bins]
    traces: list[dict[str, Any]] = [
        scatter([0, 1], [0, 1], line={"color": QUIET, "dash": "dot"}),
        scatter(
            [b["confidence"] for b in bins],
            [b["accuracy"] for b in bins],
            "score %{x:.1%}<br>accuracy %{y:.1%}<br>%{text}",
            "markers+lines",
            line={"color": LINE},
            marker={"size": 8},
            text=[f"{b['n']} clips" for b in bins],
        ),
        bar(
            middle, [b["n"] for b in bins], "%{y} clips", LINE, width=width, yaxis="y2", opacity=0.6
        ),
    ]
    layout = {
        "xaxis": share_axis("score of the best label", anchor="y2"),
        "yaxis": share_axis("accuracy", low=-0.02, high=1.02, domain=[0.34, 1.0]),
        "yaxis2": axis("clips", type="log", domain=[0.0, 0.24], dtick=1, exponentformat="SI"),
    }
    return figure(traces, layout, height=430)


def roc_rows(roc: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the area of each word's curve, smallest first, and its recall at two rates."""
    return [
        {
            "Word": one["label"],
            "Area": round(one["area"], 5),
            "Recall at 0.1% FPR": round(100 * _recall(one, 0.001), 1),
            "Recall at 1% FPR": round(100 * _recall(one, 0.01), 1),
        }
        for one in sorted(roc, key=lambda one: one["area"])
    ]


def roc_figure(roc: Sequence[Mapping[str, Any]], chosen: Sequence[str]) -> go.Figure:
    """Draw the curve of every word, the chosen ones in colour; false positives are logarithmic."""
    least = 1e-4
    colour = {label: COLOURS[i % len(COLOURS)] for i, label in enumerate(chosen)}
    traces = []
    for one in sorted(roc, key=lambda one: one["label"] in colour):
        label = one["label"]
        traces.append(
            scatter(
                [max(x, least) for x in one["false_positive"]],
                one["true_positive"],
                f"{readable(label)}<br>%{{y:.1%}} true, %{{x:.2%}} false positives"
                "<br>at threshold %{customdata:.3f}",
                customdata=one["threshold"],
                name=readable(label),
                line={
                    "color": colour.get(label, QUIET),
                    "width": 2.5 if label in colour else 0.7,
                    "shape": "hv",
                },
                showlegend=label in colour,
            )
        )
    lowest = min((min(one["true_positive"]) for one in roc if one["label"] in colour), default=0.5)
    layout = {
        "xaxis": axis(
            "false positive rate", type="log", range=[np.log10(least), 0], tickformat="~%", dtick=1
        ),
        "yaxis": share_axis("true positive rate", low=max(0.0, lowest - 0.05), high=1.005),
        **legend(shown=bool(chosen)),
    }
    return figure(traces, layout, height=430)


def _recall(curve: Mapping[str, Any], false_positive: float) -> float:
    """Return the highest true positive rate up to a false positive rate."""
    pairs = zip(curve["false_positive"], curve["true_positive"], strict=True)
    return max((true for false, true in pairs if false <= false_positive), default=0.0)

"""The training of a model, from its card: loss and accuracy of every epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import plotly.graph_objects as go

from kws_core.charts.layout import COLOURS, GRID, QUIET, axis, figure, legend
from kws_core.charts.marks import upright
from kws_core.charts.traces import scatter

_SHARES: Final = {
    "accuracy": "validation, all clips",
    "macro": "validation, mean over words",
    "audio": "validation, recordings",
    "picture": "validation, pictures",
}


@dataclass(frozen=True)
class TrainingRun:
    """One run: its settings, and the figures of its epochs, each with its number in all runs.

    tower: which part of a network was trained, where parts were trained apart.
    """

    settings: Mapping[str, Any]
    kept_epoch: int | None
    epochs: tuple[Mapping[str, Any], ...]
    note: str
    tower: str = ""


def training_runs(training: Mapping[str, Any]) -> list[TrainingRun]:
    """Return the runs of a card's ``training``, the one that was started from scratch first.

    Of several towers, those of one after those of the other.
    """
    towers: Mapping[str, Any] = training.get("towers", {})
    if towers:
        return [
            replace(run, tower=name) for name, part in towers.items() for run in training_runs(part)
        ]
    runs: list[TrainingRun] = []
    earlier = training.get("started_from")
    if earlier:
        runs = training_runs(earlier)
    runs.append(
        TrainingRun(
            training.get("settings", {}),
            training.get("kept_epoch"),
            tuple(training.get("history", ())),
            str(training.get("note", "")),
        )
    )
    return runs


def kept_epochs(runs: Sequence[TrainingRun]) -> dict[str, int | None]:
    """Return the epoch of the last run that each tower's weights come from."""
    return {run.tower: run.kept_epoch for run in runs}


def epoch_rows(runs: list[TrainingRun]) -> list[dict[str, Any]]:
    """Return the epochs of all runs as rows of a table."""
    return [
        {
            "run": number,
            "epoch": epoch["epoch"],
            **{name: epoch.get(name) for name in ("loss", *_SHARES, "learning_rate", "seconds")},
        }
        for number, run in enumerate(runs, 1)
        for epoch in run.epochs
    ]


def training_figure(runs: list[TrainingRun]) -> go.Figure:
    """Draw accuracy above loss, epoch by epoch; a line where a run starts from the one before."""
    rows = epoch_rows(runs)
    numbers = list(range(1, len(rows) + 1))
    traces: list[dict[str, Any]] = [
        scatter(
            numbers,
            [row[name] for row in rows],
            f"{title}<br>epoch %{{x}}: %{{y:.2%}}",
            "lines+markers",
            name=title,
            line={"color": COLOURS[i], "width": 2.5 if i == 0 else 1.5},
            marker={"size": 4},
        )
        for i, (name, title) in enumerate(_SHARES.items())
        if any(row[name] is not None for row in rows)
    ]
    traces.append(
        scatter(
            numbers,
            [row["loss"] for row in rows],
            "loss<br>epoch %{x}: %{y:.3f}",
            "lines+markers",
            name="loss in training",
            yaxis="y2",
            line={"color": QUIET},
            marker={"size": 4},
        )
    )
    layout = {
        "xaxis": axis("epoch", anchor="y2"),
        "yaxis": axis("accuracy", tickformat=".0%", domain=[0.4, 1.0]),
        "yaxis2": axis("loss", domain=[0.0, 0.32]),
        "shapes": _starts(runs),
        **legend(),
    }
    return figure(traces, layout, height=440)


def _starts(runs: list[TrainingRun]) -> list[dict[str, Any]]:
    shapes, done = [], 0
    for run in runs[:-1]:
        done += len(run.epochs)
        if done:
            shapes.append(upright(done + 0.5, 2, GRID, line_dash="dash"))
    return shapes

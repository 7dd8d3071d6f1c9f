"""Our models beside the literature and the notebook."""

from __future__ import annotations

from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from kws_core.models.embeddings import EmbeddingMap
from kws_core.report import notebook
from kws_core.report.comparison import (
    Row,
    own_row,
    own_table,
    published_table,
    rows_of,
)
from kws_core.report.comparison_chart import comparison_figure
from kws_core.report.literature import PUBLISHED, TASKS, Task
from kws_core.results.store import save_results
from tests.helpers.clip_scores import random_scores
from tests.helpers.report_results import made_figures

NO_MAP: EmbeddingMap | None = None


def row_of(figures: dict[str, Any], task: Task = "35") -> Row:
    row = own_row(figures, task)
    assert row is not None
    return row


def test_published_figures_are_shares_with_a_source() -> None:
    assert {one["task"] for one in PUBLISHED} == set(TASKS)
    for one in PUBLISHED:
        assert 0.5 < float(one["accuracy"]) < 1
        assert one["source"]
        assert one["tested_on"]
        assert bool(one["machine"]) is bool(one["latency_ms"])
        assert not one["url"] or one["url"].startswith("https://github.com/")
    assert len({(one["name"], one["task"]) for one in PUBLISHED}) == len(PUBLISHED)


def test_ours_come_first_from_the_results_then_the_published(tmp_path: Path) -> None:
    for model in ("one", "two"):
        save_results(tmp_path, made_figures(model), random_scores(), NO_MAP)
    rows = rows_of("35", tmp_path)
    kinds = [row.kind for row in rows]
    assert kinds[:2] == ["ours", "ours"]
    assert set(kinds[2:]) == {"published"}
    published = [row.accuracy for row in rows[2:]]
    assert published == sorted(published, reverse=True)
    figures = made_figures()
    assert rows[0].accuracy == figures["accuracy"]["value"]
    assert rows[0].tested_on == "validation speakers"
    assert (rows[0].weights, rows[0].bytes, rows[0].latency_ms) == (97_661, 400_000, 6.0)
    twelve = rows_of("12", tmp_path)
    assert twelve[0].accuracy == figures["twelve_classes"]["accuracy"]["value"]


def test_without_results_there_is_the_literature(tmp_path: Path) -> None:
    assert {row.kind for row in rows_of("35", tmp_path)} == {"published"}


def test_the_tables_say_what_is_unknown_by_none_and_nothing_by_guess(tmp_path: Path) -> None:
    save_results(tmp_path, made_figures(), random_scores(), NO_MAP)
    rows = rows_of("35", tmp_path)
    matchbox = {row["Model"]: row for row in published_table(rows)}["MatchboxNet 3x2x64"]
    assert matchbox["Accuracy, %"] == 97.29
    assert (matchbox["Weights"], matchbox["MACs, M"]) == (93_411, None)
    [ours] = own_table(rows)
    share = made_figures()["accuracy"]
    assert ours["95% interval"] == f"{100 * share['low']:.1f} to {share['high']:.1%}"
    assert ours["Clips"] == 300


def test_the_figure_shows_those_whose_cost_is_known(tmp_path: Path) -> None:
    save_results(tmp_path, made_figures(), random_scores(), NO_MAP)
    rows = rows_of("35", tmp_path) + list(notebook.ROWS)
    by_size = comparison_figure(rows, "bytes")
    assert [trace.name for trace in by_size.data] == ["measured here"]
    assert by_size.data[0].x == (400_000,)
    by_weights = comparison_figure(rows, "weights")
    drawn = [
        unescape(text.split("</b>")[0][3:]) for trace in by_weights.data for text in trace.hovertext
    ]
    assert sorted(drawn) == sorted(row.name for row in rows if row.weights is not None)
    high, low = by_weights.layout.yaxis.range  # logarithms of the errors, good models above
    assert 10**low < 1 - notebook.CLAIMED < 10**high


@pytest.mark.parametrize(("task", "place"), [("35", None), ("12", "twelve_classes")])
def test_the_accuracy_without_our_other_answers_has_its_own_column(
    task: Task, place: str | None
) -> None:
    figures = made_figures()
    of_task = figures if place is None else figures[place]
    of_task["among_words"] = {"value": 0.97312}
    row = row_of(figures, task)
    assert own_table([row])[0]["Words only, %"] == 97.31
    del of_task["among_words"]  # as results of earlier versions
    assert row_of(figures, task).words_only is None


def test_names_stand_apart_and_a_model_measured_twice_is_named_once() -> None:
    row = row_of(made_figures())
    rows = [
        replace(row, name=name, accuracy=accuracy, weights=weights)
        for name, accuracy, weights in (
            *(("wide", 0.96, 200_000), ("small", 0.95, 90_000)),
            *(("wide", 0.94, 200_000), ("small", 0.93, 90_000)),
            *(("beside it", 0.95, 91_000), ("far", 0.8, 9_000_000)),
        )
    ]
    [trace] = comparison_figure(rows, "weights").data
    written = [name for name in trace.text if name]
    assert sorted(written) == sorted(set(written))
    assert {"wide", "small", "far"} <= set(written)
    small, beside = (trace.textposition[trace.text.index(name)] for name in ("small", "beside it"))
    assert small != beside


@pytest.mark.parametrize(("slower", "tick"), [(25.0, "D1"), (80.0, 1)])
def test_costs_within_a_decade_have_ticks_within_it(slower: float, tick: object) -> None:
    row = row_of(made_figures())
    rows = [replace(row, latency_ms=ms) for ms in (6.0, slower)]
    assert comparison_figure(rows, "latency").layout.xaxis.dtick == tick

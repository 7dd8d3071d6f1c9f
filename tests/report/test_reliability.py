"""Calibration, ROC, conditions, the live detector, and training: as tables and as figures."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.report.condition_charts import (
    condition_rows,
    noise_figure,
    noise_name,
    other_condition_figure,
)
from kws_core.report.detector import curve_rows, det_figure, point_rows
from kws_core.report.reliability import calibration_rows, reliability_figure, roc_figure, roc_rows
from kws_core.report.training_curve import epoch_rows, kept_epochs, training_figure, training_runs
from tests.helpers.report_results import made_conditions, made_figures, made_stream

FIGURES = made_figures()


def test_the_reliability_diagram_has_every_bin_and_all_clips() -> None:
    calibration = FIGURES["calibration"]
    rows = calibration_rows(calibration)
    assert sum(row["Clips"] for row in rows) == 300
    diagonal, curve, counts = reliability_figure(calibration).data
    assert list(diagonal.x) == list(diagonal.y) == [0, 1]
    assert list(curve.y) == [b["accuracy"] for b in calibration["bins"]]
    assert sum(counts.y) == 300


def test_roc_rows_say_how_many_are_caught_at_a_false_alarm_rate() -> None:
    curve = {
        "label": "yes",
        "area": 0.9,
        "false_positive": [0.0, 0.0005, 0.005, 0.5, 1.0],
        "true_positive": [0.2, 0.4, 0.7, 0.9, 1.0],
        "threshold": [0.9, 0.8, 0.5, 0.1, 0.0],
    }
    better = {**curve, "label": "no", "area": 0.99}
    worst, best = roc_rows([better, curve])
    assert (worst["Word"], best["Word"]) == ("yes", "no")
    assert (worst["Recall at 0.1% FPR"], worst["Recall at 1% FPR"]) == (40.0, 70.0)


def test_chosen_words_are_drawn_last_and_named_in_the_legend() -> None:
    figure = roc_figure(FIGURES["roc"], ["yes", "zero"])
    assert len(figure.data) == len(FIGURES["roc"])
    assert [trace.name for trace in figure.data if trace.showlegend] == ["yes", "zero"]
    assert all(trace.showlegend for trace in figure.data[-2:])
    # On a logarithmic axis there is no zero.
    assert min(min(trace.x) for trace in figure.data) > 0


def test_every_condition_is_a_row() -> None:
    rows = condition_rows(made_conditions())
    assert [row["Condition"] for row in rows].count("white noise") == 2
    assert rows[0] == {"Condition": "clean", "Value": "", "Accuracy, %": 95.0, "from": 88.8,
                       "to": 97.8, "Clips": 100}  # fmt: skip
    assert {"Condition", "Value", "Accuracy, %", "from", "to", "Clips"} == set(rows[-1])
    assert noise_name("rain_on_tin") == "rain on tin"


def test_noise_is_a_line_for_each_kind_with_the_clean_accuracy_beside_it() -> None:
    conditions = made_conditions()
    figure = noise_figure(conditions)
    assert [trace.name for trace in figure.data] == ["eight people talking", "white noise"]
    assert list(figure.data[1].y) == [0.8, 0.6]
    assert figure.layout.shapes[0].y0 == 0.95
    shift = other_condition_figure(conditions, "shift").data[0]
    assert list(shift.x) == [-0.2, 0, 0.1]
    assert list(shift.y) == [0.7, 0.9, 0.8]


def test_the_detectors_curve_is_misses_against_false_alarms() -> None:
    stream = made_stream()
    quiet, points = det_figure(stream).data
    assert list(quiet.y) == [0.05, 0.125, 0.2, 0.25]
    assert quiet.name == "in quiet"
    assert min(quiet.x) > 0  # never in these hours is drawn at the edge
    assert (points.x, points.y) == ((5.0,), (0.2,))
    (row,) = point_rows(stream)
    assert (row["Chosen as"], row["Missed in quiet, %"], row["Median delay, s"]) == (
        "as set",
        20,
        0.2,
    )
    assert [row["Threshold"] for row in curve_rows(stream)] == [0.2, 0.5, 0.8, 1.0]


def test_over_noise_the_curve_has_the_false_alarms_of_fluent_english_over_noise() -> None:
    stream = made_stream()
    for point in stream["curve"]:
        loud = {"snr_db": 10, "missed": 0.5, "wrong": 0.0, "fluent_per_hour": 7.0}
        point["by_snr"].append(loud)
    quiet, loud, _ = det_figure(stream).data
    assert list(quiet.x) == [pytest.approx(20 * (1 - t)) for t in (0.2, 0.5, 0.8)] + [0.05]
    assert (loud.name, list(loud.x)) == ("at 10 dB", [7.0] * 4)


def test_a_detector_that_never_heard_a_word_has_no_delay() -> None:
    stream = made_stream()
    none_heard = [{"snr_db": None, "missed": None}]
    stream["operating_points"][0] |= {"latency": None, "missed": None, "by_snr": none_heard}
    (row,) = point_rows(stream)
    assert row["Missed in quiet, %"] is None
    assert row["Median delay, s"] is None
    assert len(det_figure(stream).data[-1].x) == 0


def run(epochs: range, **more: object) -> dict[str, object]:
    history = [
        {"epoch": e, "loss": 3 / e, "accuracy": 1 - 0.5 / e, "macro": 1 - 0.6 / e, "audio": None}
        for e in epochs
    ]
    return {"settings": {"epochs": len(epochs)}, "history": history, **more}


def test_runs_that_start_from_each_other_are_one_curve() -> None:
    first = run(range(1, 4), kept_epoch=3, note="stopped")
    runs = training_runs(run(range(1, 3), kept_epoch=2, started_from=first))
    assert [one.kept_epoch for one in runs] == [3, 2]
    rows = epoch_rows(runs)
    assert [(row["run"], row["epoch"]) for row in rows] == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]
    figure = training_figure(runs)
    names = [trace.name for trace in figure.data]
    assert "validation, recordings" not in names  # there were none
    assert names[-1] == "loss in training"
    assert list(figure.data[0].x) == [1, 2, 3, 4, 5]
    assert figure.data[-1].y == pytest.approx([3, 1.5, 1, 3, 1.5])
    assert [shape.x0 for shape in figure.layout.shapes] == [3.5]


def test_the_runs_of_towers_come_one_tower_after_the_other() -> None:
    towers = {
        "wide": run(range(1, 3), kept_epoch=2, started_from=run(range(1, 4), kept_epoch=3)),
        "deep": run(range(1, 2), kept_epoch=1),
    }
    runs = training_runs({"towers": towers})
    assert [one.tower for one in runs] == ["wide", "wide", "deep"]
    assert kept_epochs(runs) == {"wide": 2, "deep": 1}
    assert len(epoch_rows(runs)) == 6


def test_a_card_without_epochs_has_no_rows() -> None:
    runs = training_runs({"settings": {"epochs": 9}, "started_from": {"settings": {}}})
    assert len(runs) == 2
    assert epoch_rows(runs) == []
    assert np.size(training_figure(runs).layout.shapes) == 0

"""The chart and the table of words taught from a few takes."""

import numpy as np

from kws_core.report.taught import (
    alarm_rates,
    strictness_figure,
    takes_figure,
    teaching_figure,
    teaching_rows,
)
from kws_core.teaching.report import WordReport
from kws_core.teaching.takes_map import TakesMap
from tests.helpers.report_results import made_teaching


def test_a_line_for_the_teacher_one_for_others_and_a_point_for_several_teachers() -> None:
    drawn = teaching_figure(made_teaching(), "5").data
    lines = {trace.name: list(zip(trace.x, trace.y, strict=True)) for trace in drawn}
    assert lines == {
        "the person who taught it": [(1, 0.8), (5, 0.95)],
        "other people": [(1, 0.2), (5, 0.4)],
        "other people, taught by 5": [(5, 0.6)],
    }


def test_the_spread_stays_within_none_and_all() -> None:
    own, others, _ = teaching_figure(made_teaching(), "5").data
    assert [round(up, 3) for up in own.error_y.array] == [0.1, 0.05]  # 95% + 10% is no share
    assert [round(down, 3) for down in others.error_y.arrayminus] == [0.1, 0.1]


def test_rows_have_a_gap_where_nobody_is_the_teacher() -> None:
    assert alarm_rates(made_teaching()) == ["1", "5"]
    rows = teaching_rows(made_teaching())
    assert [(row["Takes"], row["People"]) for row in rows] == [(1, 1), (5, 1), (5, 5)]
    assert [row["Same person, 5/h, %"] for row in rows] == [80.0, 95.0, None]
    assert [row["Others, 1/h, %"] for row in rows] == [10.0, 30.0, 50.0]
    assert [row["Named, others, %"] for row in rows] == [70.0, 80.0, 90.0]


def test_more_false_alarms_find_more_takes_and_the_point_is_where_the_word_is() -> None:
    report = WordReport(
        "lamp",
        4,
        0,
        np.array([1.0, 3.0, 5.0, 7.0]),
        np.array([6.0, 4.0, 2.0]),
        2.0,
        "left",
        0.5,
        4.5,
    )
    curve, here = strictness_figure(report).data
    assert list(curve.x) == [0, 0.5, 1.0, 1.5]  # alarms in two hours
    assert list(curve.y) == [0.25, 0.5, 0.75, 0.75]
    assert (here.x[0], here.y[0]) == (0.5, 0.5)
    assert WordReport("lamp", 1, 0, np.zeros(0), report.heard, 2, "left", 0.5, 4.5).curve() == []


def test_a_map_has_numbered_takes_and_known_words_as_text() -> None:
    takes = (np.array([[0, 0], [1, 1]], np.float32), np.array([[2, 0]], np.float32))
    figure = takes_figure(TakesMap(("<lamp>", "kettle"), takes, ("left",), np.ones((1, 2))))
    lamp, kettle, known = figure.data
    assert (lamp.name, list(lamp.text), list(kettle.x)) == ("&lt;lamp&gt;", ["1", "2"], [2])
    assert [note.text for note in figure.layout.annotations] == ["left"]
    assert list(known.x) == [1]
    assert lamp.textposition[0] != lamp.textposition[1]  # takes that lie together are told apart

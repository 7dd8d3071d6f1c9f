"""The chart and the table of words taught from a few takes."""

from kws_core.report.taught import alarm_rates, teaching_figure, teaching_rows
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

"""What was heard, held against what was said."""

from __future__ import annotations

import pytest

from kws_core.evaluation.stream_judge import TOLERANCE_S, Heard, Tally, judge
from kws_core.evaluation.stream_set import SaidWord

YES, NO = 0, 1
SAID = [SaidWord(YES, 1.0, 1.5), SaidWord(NO, 3.0, 3.4)]


def test_a_word_heard_in_its_time_is_right_and_has_its_latency() -> None:
    tally = judge(SAID, [Heard(1.4, YES), Heard(3.7, NO)], 10.0)
    assert (tally.n, tally.missed, tally.wrong, tally.alarms) == (2, 0, 0, [])
    assert tally.latency == pytest.approx([-0.1, 0.3])


@pytest.mark.parametrize("time", [0.99, 1.5 + TOLERANCE_S + 0.01])
def test_a_word_heard_before_or_after_its_time_is_a_false_alarm(time: float) -> None:
    tally = judge(SAID, [Heard(time, YES)], 10.0)
    assert (tally.missed, len(tally.alarms)) == (2, 1)


def test_a_word_heard_twice_is_one_false_alarm() -> None:
    tally = judge(SAID, [Heard(1.4, YES), Heard(2.1, YES)], 10.0)
    assert (tally.missed, tally.wrong, tally.alarms) == (1, 0, [Heard(2.1, YES)])


def test_the_same_word_said_twice_is_matched_twice() -> None:
    said = [SaidWord(YES, 1.0, 1.3), SaidWord(YES, 1.6, 1.9)]
    assert judge(said, [Heard(1.5, YES), Heard(2.0, YES)], 5.0).missed == 0
    assert judge(said, [Heard(2.0, YES)], 5.0).missed == 1


def test_another_word_in_its_time_is_wrong_once_and_then_a_false_alarm() -> None:
    tally = judge(SAID, [Heard(1.4, NO), Heard(2.0, NO)], 10.0)
    assert (tally.missed, tally.wrong, len(tally.alarms)) == (2, 1, 1)
    corrected = judge(SAID, [Heard(1.4, NO), Heard(2.0, YES)], 10.0)
    assert (corrected.missed, corrected.wrong, corrected.alarms) == (1, 1, [])


def test_the_rest_is_what_no_word_covers() -> None:
    assert judge(SAID, [], 10.0).rest_s == pytest.approx(10 - 0.9 - 2 * TOLERANCE_S)
    near = [SaidWord(YES, 1.0, 1.5), SaidWord(NO, 1.8, 2.0)]
    assert judge(near, [], 10.0).rest_s == pytest.approx(10 - 1.0 - TOLERANCE_S)
    assert judge([], [], 10.0).rest_s == 10


def test_tallies_add_up() -> None:
    one = judge(SAID, [Heard(1.4, YES), Heard(8.0, NO)], 10.0)
    both = sum([one, one], Tally())
    assert (both.n, both.missed, both.rest_s) == (4, 2, 2 * one.rest_s)
    assert (len(both.alarms), len(both.latency)) == (2, 2)

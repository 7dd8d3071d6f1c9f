"""Calls from several threads that are answered in one batch."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import pytest

from kws_core.models.batching import GroupCalls, Rows

WAIT_S = 10


class Doubler:
    """Doubles rows and notes how many at once; with the first ones it waits until it may go on."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.entered = threading.Event()
        self.may_go_on = threading.Event()

    def __call__(self, rows: Rows) -> Rows:
        self.batches.append(len(rows))
        self.entered.set()
        assert self.may_go_on.wait(WAIT_S)
        if (rows < 0).any():
            raise ValueError("negative")
        return 2 * rows


def rows_of(value: float, n: int = 1, width: int = 3) -> Rows:
    return np.full((n, width), value)


def asked_while_busy(double: Doubler, most: int, *asked: Rows) -> list[Future[Rows]]:
    """Ask for one row and, while it is computed, for others in this order; all are done after."""
    calls = GroupCalls(double, most)
    with ThreadPoolExecutor(1 + len(asked)) as pool:
        answers = [pool.submit(calls, rows_of(0))]
        assert double.entered.wait(WAIT_S)
        for i, rows in enumerate(asked):
            answers.append(pool.submit(calls, rows))
            while len(calls._waiting) <= i and not answers[-1].done():
                threading.Event().wait(0.005)
        double.may_go_on.set()
    return answers[1:]


def test_a_lone_call_is_answered_at_once() -> None:
    double = Doubler()
    double.may_go_on.set()
    np.testing.assert_array_equal(GroupCalls(double, 4)(rows_of(1, 2)), rows_of(2, 2))
    assert double.batches == [2]


def test_calls_that_come_while_one_is_computed_share_a_batch_and_each_gets_its_own() -> None:
    double = Doubler()
    answers = asked_while_busy(double, 64, *(rows_of(k, n=k) for k in range(1, 6)))
    for k, answer in enumerate(answers, 1):
        np.testing.assert_array_equal(answer.result(), rows_of(2 * k, n=k))
    assert double.batches == [1, 1 + 2 + 3 + 4 + 5]


def test_a_batch_is_no_larger_than_allowed_unless_one_call_is() -> None:
    double = Doubler()
    answers = asked_while_busy(double, 4, *(rows_of(1, n) for n in (3, 2, 9)))
    assert [len(answer.result()) for answer in answers] == [3, 2, 9]
    assert double.batches == [1, 3, 2, 9]


def test_rows_of_another_shape_wait_for_a_batch_of_their_own() -> None:
    double = Doubler()
    answers = asked_while_busy(double, 64, *(rows_of(1, width=width) for width in (3, 5, 3)))
    assert [answer.result().shape for answer in answers] == [(1, 3), (1, 5), (1, 3)]
    assert double.batches == [1, 2, 1]


def test_what_fails_fails_for_all_of_its_batch_and_the_next_call_is_answered() -> None:
    double = Doubler()
    failed, with_it, after = asked_while_busy(double, 2, rows_of(-1), rows_of(2), rows_of(3))
    for answer in (failed, with_it):
        with pytest.raises(ValueError, match="negative"):
            answer.result()
    np.testing.assert_array_equal(after.result(), rows_of(6))


def test_many_calls_at_once_are_all_answered() -> None:
    double = Doubler()
    double.may_go_on.set()
    calls = GroupCalls(double, 8)
    with ThreadPoolExecutor(16) as pool:
        answers = [pool.submit(calls, rows_of(k, n=1 + k % 3)) for k in range(500)]
        for k, answer in enumerate(answers):
            np.testing.assert_array_equal(answer.result(30), rows_of(2 * k, n=1 + k % 3))

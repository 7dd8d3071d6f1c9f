"""Calls from several threads that are answered in one batch."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kws_core.group_calls import GroupCalls, Rows


class Doubler:
    """Doubles rows and notes how many at once; waits, once entered, until it may go on."""

    def __init__(self, *, held: bool = False) -> None:
        self.batches: list[int] = []
        self.entered = threading.Event()
        self.go_on = threading.Event()
        if not held:
            self.go_on.set()

    def __call__(self, rows: Rows) -> Rows:
        self.batches.append(len(rows))
        self.entered.set()
        assert self.go_on.wait(10)
        if (rows < 0).any():
            raise ValueError("negative")
        return 2 * rows


def rows_of(value: float, n: int = 1, width: int = 3) -> Rows:
    return np.full((n, width), value)


def wait_for(calls: GroupCalls, n: int) -> None:
    for _ in range(1000):
        if len(calls._waiting) == n:
            return
        threading.Event().wait(0.005)
    raise AssertionError(f"{len(calls._waiting)} calls wait, not {n}")


def test_a_lone_call_is_answered_at_once() -> None:
    double = Doubler()
    np.testing.assert_array_equal(GroupCalls(double, 4)(rows_of(1, 2)), rows_of(2, 2))
    assert double.batches == [2]


def test_calls_that_come_while_one_is_computed_share_a_batch_and_each_gets_its_own() -> None:
    double = Doubler(held=True)
    calls = GroupCalls(double, 64)
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(calls, rows_of(0))
        assert double.entered.wait(10)
        later = [pool.submit(calls, rows_of(k, n=k)) for k in range(1, 6)]
        wait_for(calls, 5)
        double.go_on.set()
        np.testing.assert_array_equal(first.result(10), rows_of(0))
        for k, answer in enumerate(later, 1):
            np.testing.assert_array_equal(answer.result(10), rows_of(2 * k, n=k))
    assert double.batches == [1, 1 + 2 + 3 + 4 + 5]


def test_a_batch_is_no_larger_than_allowed_unless_one_call_is() -> None:
    double = Doubler(held=True)
    calls = GroupCalls(double, 4)
    with ThreadPoolExecutor(6) as pool:
        pool.submit(calls, rows_of(0))
        assert double.entered.wait(10)
        answers = []
        for n in (3, 2, 9):  # in this order: each waits before the next one comes
            answers.append(pool.submit(calls, rows_of(1, n)))
            wait_for(calls, len(answers))
        double.go_on.set()
        assert [len(answer.result(10)) for answer in answers] == [3, 2, 9]
    assert double.batches == [1, 3, 2, 9]


def test_rows_of_another_shape_wait_for_a_batch_of_their_own() -> None:
    double = Doubler(held=True)
    calls = GroupCalls(double, 64)
    with ThreadPoolExecutor(4) as pool:
        pool.submit(calls, rows_of(0))
        assert double.entered.wait(10)
        answers = []
        for width in (3, 5, 3):
            answers.append(pool.submit(calls, rows_of(1, width=width)))
            wait_for(calls, len(answers))
        double.go_on.set()
        assert [answer.result(10).shape for answer in answers] == [(1, 3), (1, 5), (1, 3)]
    assert double.batches == [1, 2, 1]


def test_what_fails_fails_for_all_of_its_batch_and_the_next_call_is_answered() -> None:
    double = Doubler(held=True)
    calls = GroupCalls(double, 64)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(calls, rows_of(1))
        assert double.entered.wait(10)
        answers = [pool.submit(calls, rows_of(value)) for value in (-1, 2)]
        wait_for(calls, 2)
        double.go_on.set()
        np.testing.assert_array_equal(first.result(10), rows_of(2))
        for answer in answers:
            with pytest.raises(ValueError, match="negative"):
                answer.result(10)
    np.testing.assert_array_equal(calls(rows_of(3)), rows_of(6))


def test_many_calls_at_once_are_all_answered() -> None:
    calls = GroupCalls(Doubler(), 8)
    with ThreadPoolExecutor(16) as pool:
        answers = [pool.submit(calls, rows_of(k, n=1 + k % 3)) for k in range(500)]
        for k, answer in enumerate(answers):
            np.testing.assert_array_equal(answer.result(30), rows_of(2 * k, n=1 + k % 3))

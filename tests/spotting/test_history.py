"""The last rows of an endless sequence."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.spotting.history import History


@pytest.mark.parametrize("size", [1, 3, 7, 10, 25])
def test_it_always_has_the_last_rows_however_they_come(size: int) -> None:
    rows = np.arange(60).reshape(30, 2)
    history = History(10, (2,), np.int64)
    for at in range(0, 30, size):
        history.append(rows[at : at + size])
        n = min(at + size, 30)
        assert (history.start, history.stop) == (max(0, n - 10), n)
        assert np.array_equal(history.between(history.start, n), rows[max(0, n - 10) : n])


def test_rows_that_are_gone_or_not_there_yet_are_left_out() -> None:
    history = History(4, (), np.float64)
    history.append(np.arange(6.0))
    assert history.between(0, 4).tolist() == [2, 3]
    assert history.between(4, 99).tolist() == [4, 5]
    assert history.between(0, 1).tolist() == []
    assert history.between(9, 12).tolist() == []


def test_its_memory_does_not_grow() -> None:
    history = History(100, (), np.float32)
    before = history._rows.nbytes
    for _ in range(50):
        history.append(np.zeros(70, np.float32))
    assert history._rows.nbytes == before
    assert history.stop == 3500

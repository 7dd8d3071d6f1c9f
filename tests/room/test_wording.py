"""How rates, shares and times are written."""

from __future__ import annotations

import pytest

from kws_core.results.metrics import poisson_rate, wilson_interval
from kws_core.room.wording import clock, counted, share_interval, span


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(45.6, "45 s"), (99, "99 s"), (600, "10 min"), (2400, "40 min"), (5400, "1.5 h"),
     (28_800, "8 h")],
)  # fmt: skip
def test_a_length_of_time(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_a_clock() -> None:
    assert [clock(s) for s in (0, 61.9, 3723)] == ["0:00", "1:01", "1:02:03"]


def test_a_rate_and_a_share_have_their_intervals() -> None:
    assert counted(poisson_rate(3, 2 / 3)) == "3 in 40 min: 0.9 to 13 an hour"
    assert counted(poisson_rate(0, 1.0)) == "0 in 60 min: 0.0 to 3.7 an hour"
    assert counted(poisson_rate(40, 0.01)).endswith("2,858 to 5,447 an hour")
    assert share_interval(wilson_interval(11, 12)) == "65 to 99%"

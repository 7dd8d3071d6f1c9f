"""The pieces that a stream is drawn from: what a browser has of them, whichever it missed."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.live.strip import OVERLAP_S, WHOLE_EVERY, Pieces, strip_since
from kws_core.spotting import KeywordDetector
from kws_core.spotting.recognizer import Recognizer

PIECE_S = 0.2


def columns_had(missed: range, n_pieces: int) -> tuple[set[int], set[int]]:
    """Return the log-mel columns, in ms, that a browser has and that it should have by then."""
    detector = KeywordDetector(Recognizer.load())
    noise = np.random.default_rng(0).normal(0, 0.01, round(PIECE_S * SAMPLE_RATE))
    pieces, had = Pieces(), set()
    for number in range(n_pieces):
        detector.push(noise.astype(np.float32))
        strip = strip_since(detector, pieces.since)
        pieces.sent(strip.now)
        if number not in missed:
            had |= set(strip.as_json()["melTime"])
    return had, set(strip_since(detector, None).as_json()["melTime"])


def test_the_first_piece_is_all_there_is_and_the_next_ones_overlap() -> None:
    pieces = Pieces()
    assert pieces.since is None
    pieces.sent(4.0)
    assert pieces.since == 4.0 - OVERLAP_S
    pieces.sent(4.2)
    assert pieces.since == pytest.approx(4.2 - OVERLAP_S)


@pytest.mark.parametrize("missed", [range(0), range(5, 11), range(0, 1)])
def test_a_few_pieces_that_get_lost_leave_no_hole(missed: range) -> None:
    had, wanted = columns_had(missed, n_pieces=14)
    assert wanted <= had


def test_holes_of_a_browser_that_was_busy_for_longer_are_filled_soon() -> None:
    busy = range(1, 2 * WHOLE_EVERY)
    had, wanted = columns_had(busy, n_pieces=2 * WHOLE_EVERY)
    assert len(wanted - had) > 200
    had, wanted = columns_had(busy, n_pieces=3 * WHOLE_EVERY + 1)
    assert wanted <= had

"""Scores to decide by: whether it is a word, then which."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.labels import LABELS, SILENCE, UNKNOWN, WORDS
from kws_core.spotting.word_scores import SHARPNESS, word_scores

_FOUR, _FORWARD = LABELS.index("four"), LABELS.index("forward")


def _posteriors(n: int = 50) -> np.ndarray:
    rng = np.random.default_rng(3)
    return rng.dirichlet(np.full(len(LABELS), 0.2), n)


def _row(**shares: float) -> np.ndarray:
    row = np.zeros(len(LABELS))
    for label, share in shares.items():
        row[LABELS.index(label)] = share
    return row


def test_that_it_is_a_word_is_as_likely_as_before() -> None:
    """Unknown and silence keep their probabilities, and all add up to one."""
    p = _posteriors()
    scores = word_scores(p, LABELS)
    for label in (UNKNOWN, SILENCE):
        column = LABELS.index(label)
        assert np.array_equal(scores[:, column], p[:, column])
    assert np.allclose(scores.sum(axis=1), 1)


def test_two_words_compete_by_the_power_of_their_odds() -> None:
    """0.6 to 0.3 becomes 8 to 1 of the 0.9 that it is a word."""
    scores = word_scores(_row(four=0.6, forward=0.3, _unknown_=0.1), LABELS, sharpness=3)
    assert scores[_FOUR] == pytest.approx(0.9 * 8 / 9)
    assert scores[_FORWARD] == pytest.approx(0.9 / 9)


def test_doubt_about_which_word_costs_less_than_doubt_about_a_word() -> None:
    which = word_scores(_row(four=0.6, forward=0.35, _unknown_=0.05), LABELS)
    whether = word_scores(_row(four=0.6, forward=0.05, _unknown_=0.35), LABELS)
    assert which[_FOUR] > 0.75 > 0.66 > whether[_FOUR]


def test_words_keep_their_order() -> None:
    p = _posteriors()[:, : len(WORDS)]
    q = word_scores(_posteriors(), LABELS)[:, : len(WORDS)]
    assert np.array_equal(p.argmax(axis=1), q.argmax(axis=1))
    # The likeliest word gains, whatever the others are.
    assert (q.max(axis=1) >= p.max(axis=1) - 1e-12).all()


def test_a_power_of_one_changes_nothing() -> None:
    p = _posteriors()
    assert np.allclose(word_scores(p, LABELS, sharpness=1), p)
    assert SHARPNESS > 1


def test_a_model_of_words_only_is_left_as_it_is() -> None:
    """It says nothing of whether it was a word: sharpened, it would be sure of every noise."""
    p = np.full((2, len(WORDS)), 1 / len(WORDS))
    assert np.array_equal(word_scores(p, WORDS), p)


@pytest.mark.parametrize("label", [UNKNOWN, SILENCE])
def test_what_is_surely_no_word_is_none(label: str) -> None:
    """Not a number comes out where no word has any probability."""
    row = _row(**{label: 1.0})
    assert np.array_equal(word_scores(row, LABELS), row)


def test_unlikely_words_are_told_apart() -> None:
    """Powers of tiny numbers don't vanish."""
    scores = word_scores(_row(four=2e-120, forward=1e-120, _unknown_=1.0), LABELS)
    assert scores[_FOUR] == pytest.approx(3e-120 * 8 / 9, rel=1e-6)


def test_rows_of_any_shape_are_taken() -> None:
    p = _posteriors(12).reshape(3, 4, -1)
    assert np.array_equal(word_scores(p, LABELS)[1, 2], word_scores(p[1, 2], LABELS))
    assert word_scores(np.zeros((0, len(LABELS))), LABELS).shape == (0, len(LABELS))

"""The head on points whose geometry is known."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from threadpoolctl import threadpool_info

from kws_core.teaching import head
from kws_core.teaching.head import AT_THRESHOLD, TAKES_OVER, Fit, Head, Space, fit, make_space

EVEN = np.full(200, 1 / 200)
PLAIN = Space(np.zeros(3, np.float32), np.eye(3, dtype=np.float32))


def around(direction: list[float], n: int, spread: float = 0.05, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    points = np.array(direction) + spread * rng.standard_normal((n, 3))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)


def head_with(fitted: Fit, threshold: list[float]) -> Head:
    words = tuple("ab"[: len(threshold)])
    return Head(words, PLAIN, *fitted, np.array(threshold, np.float32))


def test_words_on_their_own_axes_are_told_apart_and_from_the_rest() -> None:
    first, second, rest = around([1, 0, 0], 5), around([0, 1, 0], 5), around([0, 0, 1], 200)
    fitted = fit([[first], [second]], rest, EVEN)
    assert np.all(fitted.scores(first).argmax(axis=1) == 0)
    assert np.all(fitted.scores(second).argmax(axis=1) == 1)
    assert fitted.scores(first)[:, 0].min() > 0 > fitted.scores(rest).max()


def test_a_fit_takes_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of the linear algebra that wait for each other make it slow where others work."""
    threads: list[int] = []

    def watched(*given: Any, **named: Any) -> Any:
        pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
        threads.extend(pool["num_threads"] for pool in pools)
        return minimize(*given, **named)

    monkeypatch.setattr(head, "minimize", watched)
    fit([[around([1, 0, 0], 5)]], around([0, 0, 1], 200), EVEN)
    assert set(threads) == {1}


def test_a_counter_example_turns_what_lies_there_away() -> None:
    word, rest = around([1, 0, 0], 5), around([0, 0, 1], 200)
    wrong = around([1, 0.6, 0], 5, seed=1)
    without, with_it = fit([[word]], rest, EVEN), fit([[word]], rest, EVEN, [wrong])
    assert with_it.scores(wrong).mean() < without.scores(wrong).mean() - 1
    assert with_it.scores(word).min() > with_it.scores(wrong).max()


def test_going_on_from_the_fit_itself_changes_nothing() -> None:
    word, rest = around([1, 0, 0], 5), around([0, 0, 1], 200)
    fitted = fit([[word]], rest, EVEN)
    again = fit([[word]], rest, EVEN, start=fitted)
    np.testing.assert_allclose(again.scores(word), fitted.scores(word), atol=0.05)


def test_a_word_at_its_threshold_has_the_detectors_posterior() -> None:
    one = head_with(Fit(np.array([[2.0], [0], [0]], np.float32), np.zeros(1, np.float32)), [2.0])
    assert one.shares(np.array([[1, 0, 0]], np.float32))[0, 0] == pytest.approx(AT_THRESHOLD)
    below = np.array([[1 - TAKES_OVER / 2, 0, 0], [0, 1, 0]], np.float32)
    assert one.log_odds(below)[0, 0] == pytest.approx(2.0)  # brought to length one
    assert one.shares(below)[1, 0] < 1e-6
    higher = replace(one, threshold=np.array([2 + TAKES_OVER], np.float32))
    assert higher.shares(below)[0, 0] == pytest.approx(0.5)


def test_shares_of_two_words_leave_something_to_the_rest() -> None:
    weights = np.array([[5.0, 5.0], [0, 0], [0, 0]], np.float32)
    two = head_with(Fit(weights, np.zeros(2, np.float32)), [1.0, 1.0])
    shares = two.shares(np.array([[1, 0, 0], [-1, 0, 0]], np.float32))
    np.testing.assert_allclose(shares[0], 0.5, atol=1e-3)
    assert shares.sum(axis=1).max() < 1
    assert shares[1].sum() < 1e-3


def test_the_space_shrinks_the_direction_in_which_speakers_differ() -> None:
    rng = np.random.default_rng(0)
    which = np.repeat([0, 1], 100)
    words = np.zeros((200, 3), np.float32)
    words[:, 0] = np.where(which == 0, -1, 1)  # the word
    words[:, 1] = 3 * rng.standard_normal(200)  # the speaker
    words[:, 2] = 0.1 * rng.standard_normal(200)
    space = make_space(words, words, which, shrinkage=0.01)
    points = space.place(np.array([[1, 3, 0], [1, -3, 0], [-1, 3, 0]], np.float32))
    assert points[0] @ points[1] > points[0] @ points[2]
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, rtol=1e-5)

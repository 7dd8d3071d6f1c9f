"""The figures of an evaluation, on scores whose figures can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kws_core.labels import LABELS, SILENCE, UNKNOWN, WORDS
from kws_core.results.metrics import (
    COMMANDS,
    TWELVE_LABELS,
    accuracy,
    confusion_matrix,
    mean_over_words,
    poisson_rate,
    reliability,
    roc_curve,
    top_confusions,
    twelve_classes,
    wilson_interval,
    word_figures,
)


def one_hot(columns: list[int], n_labels: int = 3) -> np.ndarray:
    return np.eye(n_labels)[columns]


def test_wilson_s_interval_is_the_published_one() -> None:
    # 81 of 263: 25.5 % to 36.6 % (Newcombe 1998, table I).
    share = wilson_interval(81, 263)
    assert (share.low, share.high) == pytest.approx((0.2553, 0.3662), abs=5e-4)


@pytest.mark.parametrize("n_right", [0, 10])
def test_an_interval_stays_within_zero_and_one(n_right: int) -> None:
    share = wilson_interval(n_right, 10)
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert share.high - share.low > 0.2


def test_no_clips_have_no_share() -> None:
    assert math.isnan(wilson_interval(0, 0).value)


def test_accuracy_counts_clips_and_the_mean_counts_words() -> None:
    targets = np.array([0, 0, 0, 1])
    scores = one_hot([0, 0, 0, 2])
    assert accuracy(scores, targets).value == 0.75
    assert mean_over_words(scores, targets) == 0.5


def test_confusions_go_from_what_was_said_to_what_was_heard() -> None:
    targets = np.array([0, 0, 1, 1, 1, 2])
    counts = confusion_matrix(one_hot([0, 1, 1, 2, 2, 2]), targets, 3)
    assert counts.tolist() == [[1, 1, 0], [0, 1, 2], [0, 0, 1]]
    assert top_confusions(counts, "abc") == [("b", "c", 2), ("a", "b", 1)]


def test_word_figures_follow_from_the_confusions() -> None:
    counts = np.array([[1, 1, 0], [0, 1, 2], [0, 0, 0]])
    a, b, c = word_figures(counts, "abc")
    assert (a.precision, a.recall, a.n) == (1.0, 0.5, 2)
    assert (b.precision, b.recall) == (0.5, pytest.approx(1 / 3))
    assert b.f1 == pytest.approx(2 * 0.5 * (1 / 3) / (0.5 + 1 / 3))
    assert c.recall is None
    assert c.precision == 0


def test_scores_that_are_right_as_often_as_they_say_are_calibrated() -> None:
    scores = np.tile([0.75, 0.25], (400, 1))
    targets = np.array([0, 0, 0, 1] * 100)
    bins, error = reliability(scores, targets)
    assert error == pytest.approx(0, abs=1e-12)
    assert [(b.confidence, b.accuracy, b.n) for b in bins] == [(0.75, 0.75, 400)]


def test_the_calibration_error_is_the_gap_weighted_by_clips() -> None:
    sure = np.tile([1.0, 0.0], (100, 1))  # right half of the time: a gap of 0.5
    unsure = np.tile([0.6, 0.4], (300, 1))  # right always: a gap of 0.4
    targets = np.array([0, 1] * 50 + [0] * 300)
    _, error = reliability(np.concatenate([sure, unsure]), targets)
    assert error == pytest.approx(0.25 * 0.5 + 0.75 * 0.4)


def test_twelve_classes_add_all_other_words_to_unknown() -> None:
    rng = np.random.default_rng(0)
    scores = rng.dirichlet(np.ones(len(LABELS)), 5)
    twelve = twelve_classes(scores)
    assert twelve.shape == (5, 12)
    assert twelve.sum(axis=1) == pytest.approx(1)
    assert twelve[:, TWELVE_LABELS.index("stop")] == pytest.approx(scores[:, LABELS.index("stop")])
    others = [i for i, x in enumerate(LABELS) if x not in (*COMMANDS, SILENCE)]
    assert LABELS.index(UNKNOWN) in others
    assert twelve[:, -1] == pytest.approx(scores[:, others].sum(axis=1))


def test_a_model_of_words_alone_is_never_silent_in_the_12_class_view() -> None:
    scores = np.random.default_rng(0).dirichlet(np.ones(len(WORDS)), 5)
    twelve = twelve_classes(scores, WORDS)
    assert twelve.sum(axis=1) == pytest.approx(1)
    assert (twelve[:, TWELVE_LABELS.index(SILENCE)] == 0).all()
    assert twelve[:, TWELVE_LABELS.index("go")] == pytest.approx(scores[:, WORDS.index("go")])


@pytest.mark.parametrize("steps", [None, 10], ids=["all different", "many equal"])
def test_the_roc_curve_is_scikit_learn_s(steps: int | None) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    is_word = rng.random(2000) < 0.1
    scores = rng.beta(np.where(is_word, 3, 1), np.where(is_word, 1, 3))
    if steps:
        scores = np.round(scores * steps) / steps
    curve = roc_curve(scores, is_word)
    assert curve is not None
    assert curve.area == pytest.approx(metrics.roc_auc_score(is_word, scores))
    # Every point kept is what one gets by hand at its threshold.
    others = scores[~is_word][:, None] >= np.array(curve.threshold)
    words = scores[is_word][:, None] >= np.array(curve.threshold)
    assert curve.false_positive == pytest.approx(others.mean(axis=0))
    assert curve.true_positive == pytest.approx(words.mean(axis=0))
    assert len(curve.threshold) <= 40
    assert (curve.false_positive[-1], curve.true_positive[-1]) == (1.0, 1.0)


def test_a_perfect_detector_has_the_whole_area_under_its_curve() -> None:
    curve = roc_curve(np.array([0.9, 0.8, 0.2, 0.1]), np.array([True, True, False, False]))
    assert curve is not None
    assert curve.area == 1.0
    assert (curve.false_positive[0], curve.true_positive[0], curve.threshold[0]) == (0, 1, 0.8)


def test_a_word_that_nobody_says_has_no_curve() -> None:
    assert roc_curve(np.array([0.1, 0.2]), np.array([False, False])) is None


def test_rare_events_have_garwood_s_interval() -> None:
    # The published table: 4 events, 1.09 to 10.24 (exact 95 %).
    rate = poisson_rate(4, 0.5)
    assert (rate.per_hour, rate.hours, rate.count) == (8.0, 0.5, 4)
    assert (rate.low, rate.high) == pytest.approx((2 * 1.0899, 2 * 10.2416), abs=1e-3)


def test_no_events_in_an_hour_may_still_be_three() -> None:
    rate = poisson_rate(0, 1.0)
    assert (rate.per_hour, rate.low) == (0.0, 0.0)
    assert rate.high == pytest.approx(-math.log(0.025))

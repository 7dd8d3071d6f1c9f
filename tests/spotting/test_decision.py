"""From posteriors to words: thresholds, hysteresis, refractory time, gate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kws_core.errors import SettingsError
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.spotting import DetectorSettings, Trigger, smooth, smoothed_scores
from kws_core.spotting.word_scores import word_scores

LABELS = ("yes", "no", SILENCE, UNKNOWN)
HOP = 0.1


def heard(
    scores: list[float], label: str = "yes", level_db: float = -20.0, **settings: Any
) -> list[int]:
    """The windows in which something fires, for the scores of one label; silence has the rest."""
    usual = {"hop": HOP, "smoothing": 0.0, "threshold": 0.9, "refractory": 0.0}
    chosen = DetectorSettings(**usual | settings)
    trigger = Trigger(LABELS, chosen)
    raw = np.zeros((len(scores), len(LABELS)))
    raw[:, LABELS.index(SILENCE)] = 1 - np.array(scores)
    raw[:, LABELS.index(label)] += scores
    smoothed = smooth(raw, chosen.n_smoothed)
    found = [trigger.step(i * HOP, row, level_db) for i, row in enumerate(smoothed)]
    assert set(found) <= {None, LABELS.index(label)}
    return [i for i, column in enumerate(found) if column is not None]


def test_a_word_said_once_fires_once_at_its_threshold() -> None:
    assert heard([0.1, 0.69, 0.7, 0.9, 0.95, 0.3, 0.1], threshold=0.7) == [2]
    assert heard([0.9, 0.9, 0.1, 0.9, 0.9, 0.0], smoothing=0.4, threshold=0.6) == [3]


def test_a_word_said_twice_fires_twice_once_it_fell_far_enough_between() -> None:
    assert heard([0.9, 0.9, 0.5, 0.9], threshold=0.7, hysteresis=0.15) == [0, 3]
    assert heard([0.9, 0.9, 0.6, 0.9], threshold=0.7, hysteresis=0.15) == [0]


def test_nothing_fires_again_within_the_refractory_time() -> None:
    assert heard([0.9, 0.1, 0.9, 0.9, 0.9, 0.9], refractory=0.4) == [0, 4]


@pytest.mark.parametrize("label", [SILENCE, UNKNOWN])
def test_silence_and_unknown_never_fire(label: str) -> None:
    assert heard([1.0] * 5, label, threshold=0.01) == []


def test_a_short_burst_is_averaged_away() -> None:
    assert heard([0.0, 1.0, 0.0, 0.0], smoothing=0.3) == []
    assert heard([0.0, 1.0, 1.0, 1.0], smoothing=0.3, threshold=0.6) == [2]


def test_nothing_fires_before_enough_windows_were_heard() -> None:
    assert heard([1.0, 1.0, 1.0], smoothing=0.3, threshold=0.9) == [2]


def test_what_is_quieter_than_the_gate_does_not_fire() -> None:
    assert heard([0.9], level_db=-61.0) == []
    assert heard([0.9], level_db=-59.0) == [0]


def test_only_chosen_words_fire_each_at_its_own_threshold() -> None:
    assert heard([1.0], "no", words=("yes",)) == []
    assert heard([1.0], "yes", words=("yes",)) == [0]
    assert heard([0.85, 0.95], word_thresholds={"yes": 0.9}) == [1]
    assert heard([0.85], "no", threshold=0.8, word_thresholds={"yes": 0.9}) == [0]


def test_another_best_label_keeps_a_word_from_firing() -> None:
    assert heard([0.4], threshold=0.3) == []


def test_other_settings_do_not_make_a_word_fire_again() -> None:
    trigger = Trigger(LABELS, DetectorSettings(threshold=0.9, refractory=0.0))
    row = np.array([0.9, 0.0, 0.1, 0.0])
    assert trigger.step(0.0, row, 0.0) == 0
    trigger.configure(DetectorSettings(refractory=0.0, threshold=0.5))
    assert trigger.step(1.0, row, 0.0) is None


def test_smoothing_does_not_depend_on_where_rows_are_cut() -> None:
    rows = np.random.default_rng(0).random((20, 3))
    whole = smooth(rows, 4)
    parts = [smooth(rows[i : i + 3], 4, rows[:i]) for i in range(0, 20, 3)]
    assert np.array_equal(np.concatenate(parts), whole)
    assert np.allclose(whole[7], rows[4:8].mean(axis=0))
    assert np.array_equal(smooth(rows, 1), rows)


def test_what_is_smoothed_are_scores() -> None:
    """First whether it is a word, then which: for each window, wherever rows are cut."""
    rows = np.random.default_rng(0).dirichlet(np.ones(len(LABELS)), 12)
    whole = smoothed_scores(rows, LABELS, 3)
    assert np.allclose(whole[5], word_scores(rows[3:6], LABELS).mean(axis=0))
    parts = [smoothed_scores(rows[i : i + 4], LABELS, 3, rows[:i]) for i in (0, 4, 8)]
    assert np.allclose(np.concatenate(parts), whole)


@pytest.mark.parametrize(
    "bad",
    [
        {"hop": 0.0},
        {"hop": 0.015},
        {"hop": 2.0},
        {"smoothing": -1.0},
        {"threshold": 0.0},
        {"threshold": 1.5},
        {"word_thresholds": {"yes": 2.0}},
        {"hysteresis": 1.0},
        {"refractory": 99.0},
        {"history": 0.5},
    ],
)
def test_settings_that_make_no_sense_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="choose"):
        DetectorSettings(**bad)


@pytest.mark.parametrize("bad", [{"words": ("maybe",)}, {"word_thresholds": {SILENCE: 0.5}}])
def test_words_that_the_model_does_not_know_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="choose among yes, no"):
        Trigger(LABELS, DetectorSettings(**bad))

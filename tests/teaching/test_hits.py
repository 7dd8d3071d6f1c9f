"""When a word counts as found: as many windows in a row as the detector averages, four."""

import numpy as np

from kws_core.teaching.hits import reached, reached_by_run, threshold_for


def test_a_run_reaches_the_best_of_the_least_of_four_in_a_row() -> None:
    log_odds = np.array([[9.0], [1.0], [4.0], [5.0], [3.0], [8.0], [7.0]])
    assert reached(log_odds).tolist() == [3.0]
    assert reached(log_odds[:3]).tolist() == [-np.inf]


def test_runs_are_kept_apart() -> None:
    log_odds = np.array([[1.0, 0], [2, 0], [3, 0], [4, 1], [4, 7], [5, 8], [6, 9], [7, 9]])
    np.testing.assert_array_equal(reached_by_run(log_odds, np.array([4, 4])), [[1, 0], [4, 7]])
    assert reached_by_run(np.zeros((0, 2)), np.array([], int)).shape == (0, 2)


def test_just_so_many_runs_pass_the_threshold() -> None:
    runs = np.array([0.5, 3.0, 1.0, 2.0])
    for most in range(5):
        assert (runs >= threshold_for(runs, most)).sum() == most

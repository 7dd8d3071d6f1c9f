"""Scores drawn and put into words."""

from __future__ import annotations

import numpy as np
import pytest

from kws_core.lab.knobs import KNOBS
from kws_core.lab.robustness import Scores, Sweep
from kws_core.lab.score_charts import Followed, draws_figure, robustness_figure, scores_pair_figure
from kws_core.lab.sweep_charts import FollowedSweep, flips_text, sweep_figure

LABELS = ("yes", "no", "_unknown_")


def scores(*yes: float) -> Scores:
    """Return draws with these scores of "yes"; the rest is "no"."""
    return Scores(LABELS, np.array([[y, 1 - y, 0.0] for y in yes]))


def test_bars_have_the_best_of_both_before_and_after() -> None:
    before = {"yes": 0.9, "no": 0.05, "up": 0.03, "go": 0.02}
    after = {"yes": 0.01, "no": 0.5, "up": 0.3, "go": 0.19}
    figure = scores_pair_figure(before, after, top=2)
    first, second = figure.data
    assert (first["name"], second["name"]) == ("before", "now")
    assert list(first["y"]) == ["no", "yes"]
    np.testing.assert_allclose(first["x"], [0.05, 0.9], rtol=1e-6)
    np.testing.assert_allclose(second["x"], [0.5, 0.01], rtol=1e-6)
    assert list(second["text"]) == ["50%", "1%"]


def test_draws_that_keep_the_label_look_different_from_those_that_do_not() -> None:
    one = Followed("model", "yes", scores(0.9, 0.2, 0.6))
    figure = draws_figure((4, 5, 6), [one])
    (trace,) = figure.data
    assert list(trace["marker"]["symbol"]) == ["circle", "x", "circle"]
    assert list(trace["x"]) == ["4", "5", "6"]
    np.testing.assert_allclose(trace["y"], [0.9, 0.2, 0.6], rtol=1e-6)
    assert list(trace["text"]) == ["yes 90%", "no 80%", "yes 60%"]
    assert not figure.layout.showlegend
    assert draws_figure((4, 5, 6), [one, one]).layout.showlegend


def test_robustness_has_a_row_for_each_recipe_and_says_how_many_keep_the_label() -> None:
    rows = [Followed("A <b>", "yes", scores(0.9, 0.2)), Followed("B", "yes", scores(0.8, 0.7))]
    figure = robustness_figure(rows)
    assert len(figure.data) == 2
    first, second = (note["text"] for note in figure.layout.annotations)
    assert "A &lt;b&gt;" in first
    assert "1 of 2 keep yes, mean 55%" in first
    assert "2 of 2 keep yes, mean 75%" in second
    for row, trace in enumerate(figure.data):
        assert np.abs(np.asarray(trace["y"]) - row).max() < 0.3
    assert [line["x0"] for line in figure.layout.shapes] == pytest.approx([0.55, 0.75])


def swept(n_draws: int = 1) -> FollowedSweep:
    knob = KNOBS["noise.snr_db"]
    at = np.linspace(0, 1, len(knob.values)) + 0.01
    rows = scores(*np.repeat(at, n_draws))
    return FollowedSweep("model", "yes", Sweep(knob.values, n_draws, rows))


def test_a_sweep_shows_where_the_label_flips() -> None:
    knob = KNOBS["noise.snr_db"]
    figure = sweep_figure(knob, [swept()], now=5.0)
    (trace,) = figure.data
    assert list(trace["x"]) == list(knob.values)
    flip, now = figure.layout.shapes
    kept = [
        x
        for x, symbol in zip(trace["x"], trace["marker"]["symbol"], strict=True)
        if symbol == "circle"
    ]
    lost = [
        x for x, symbol in zip(trace["x"], trace["marker"]["symbol"], strict=True) if symbol == "x"
    ]
    assert max(lost) < flip["x0"] < min(kept)
    assert now["x0"] == 5.0
    assert [note["text"] for note in figure.layout.annotations] == ["no", "yes"]


def test_the_mean_of_several_draws_has_a_line_of_its_own() -> None:
    figure = sweep_figure(KNOBS["noise.snr_db"], [swept(3)], now=None)
    assert [trace["name"] for trace in figure.data] == ["model", "mean of 3 draws"]
    assert figure.layout.showlegend
    assert len(figure.layout.shapes) == 1  # only the flip


def test_where_the_knob_is_outside_the_sweep_no_line_is_drawn() -> None:
    assert len(sweep_figure(KNOBS["noise.snr_db"], [swept()], now=99.0).layout.shapes) == 1
    assert len(sweep_figure(KNOBS["noise.snr_db"], [], now=None).data) == 0


def test_flips_are_told_in_words() -> None:
    knob = KNOBS["noise.snr_db"]
    assert flips_text(swept(), knob) == "no at −20 to 2.5 dB; yes at 5 to 30 dB."
    n = len(knob.values)
    same = FollowedSweep("m", "yes", Sweep(knob.values, 1, scores(*[0.9] * n)))
    assert flips_text(same, knob) == "yes at every value."

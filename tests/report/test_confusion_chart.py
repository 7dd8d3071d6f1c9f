"""The chart of the confusion matrix: its cells, and what is written in them."""

from __future__ import annotations

import numpy as np

from kws_core.report.confusion import Confusion
from kws_core.report.confusion_chart import confusion_figure
from kws_core.results.metrics import confusion_matrix
from tests.helpers.clip_scores import random_scores

SCORES = random_scores()
COUNTS = confusion_matrix(SCORES.posteriors, SCORES.target, len(SCORES.labels))
CONFUSION = Confusion(SCORES.labels, COUNTS)


def test_every_cell_can_be_clicked_and_the_errors_alone_are_written() -> None:
    figure = confusion_figure(CONFUSION, "counts", cell=("yes", "no"))
    points = figure.data[1]
    pairs = {tuple(pair) for pair in points.customdata}
    heard = [label for label, n in zip(CONFUSION.labels, COUNTS.sum(axis=0), strict=True) if n]
    assert pairs == {(said, label) for said in CONFUSION.said for label in heard}
    assert len(pairs) == len(points.hovertext) == len(points.x) == len(points.y)
    written = [int(text) for row in figure.data[0].text for text in row if text]
    assert sum(written) == len(SCORES) - np.trace(COUNTS)
    assert len(figure.layout.shapes) == 1


def test_shares_of_a_row_are_written_in_percent() -> None:
    counts = np.array([[3, 1], [0, 4]])
    figure = confusion_figure(Confusion(("yes", "no"), counts), "shares")
    assert [list(row) for row in figure.data[0].text] == [["", "25"], ["", ""]]
    assert figure.data[1].hovertext[1] == "yes recognised as no<br>1 of 4, 25.0%"
    assert figure.layout.shapes == ()

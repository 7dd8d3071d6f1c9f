"""The confusion matrix in its orders, and the clips behind its cells."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from kws_core.report.confusion import (
    ORDERS,
    Confusion,
    clip_rows,
    clips_of_cell,
    matrix_rows,
    word_rows,
)
from kws_core.results.metrics import confusion_matrix
from tests.helpers.clip_scores import random_scores

SCORES = random_scores()
COUNTS = confusion_matrix(SCORES.posteriors, SCORES.target, len(SCORES.labels))
CONFUSION = Confusion(SCORES.labels, COUNTS)


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_moves_labels_and_counts_together(order: str) -> None:
    ordered = CONFUSION.ordered(order)  # type: ignore[arg-type]
    assert sorted(ordered.labels) == sorted(CONFUSION.labels)
    for i, said in enumerate(ordered.labels):
        for j, heard in enumerate(ordered.labels):
            a, b = CONFUSION.labels.index(said), CONFUSION.labels.index(heard)
            assert ordered.counts[i, j] == COUNTS[a, b]


def test_the_worst_word_comes_first_and_what_was_never_said_last() -> None:
    counts = np.array([[9, 1, 0], [5, 5, 0], [0, 0, 0]])
    ordered = Confusion(("good", "bad", "never"), counts).ordered("error")
    assert ordered.labels == ("bad", "good", "never")


def test_words_that_are_taken_for_each_other_stand_side_by_side() -> None:
    # Of six words, a and d, b and e, c and f are mixed up.
    counts = 20 * np.eye(6, dtype=np.int64)
    for i in range(3):
        counts[i, i + 3] = counts[i + 3, i] = 8
    labels = Confusion(tuple("abcdef"), counts).ordered("cluster").labels
    for one, other in ("ad", "be", "cf"):
        assert abs(labels.index(one) - labels.index(other)) == 1


def test_a_cell_has_as_many_clips_as_its_count_surest_first() -> None:
    for i, j in np.argwhere(COUNTS)[:40]:
        said, heard = CONFUSION.labels[i], CONFUSION.labels[j]
        rows = clips_of_cell(SCORES, said, heard)
        assert len(rows) == COUNTS[i, j]
        assert (SCORES.target[rows] == i).all()
        sure = SCORES.posteriors[rows, j]
        assert (np.diff(sure) <= 1e-3).all()
    assert len(clips_of_cell(SCORES, "nonsense", "yes")) == 0


def test_a_clips_row_has_its_name_its_words_score_and_the_best_guesses() -> None:
    row = int(np.flatnonzero(SCORES.posteriors.argmax(axis=1) != SCORES.target)[0])
    (shown,) = clip_rows(SCORES, np.array([row]))
    p = SCORES.posteriors[row]
    assert shown["Clip"] == SCORES.utterance[row]
    assert shown["Score of its word, %"] == pytest.approx(100 * p[SCORES.target[row]], abs=0.01)
    best = SCORES.labels[int(p.argmax())].strip("_")
    assert shown["Best guesses"].startswith(f"{best} {p.max():.1%}")


def test_the_words_figures_are_scikit_learns() -> None:
    heard = SCORES.posteriors.argmax(axis=1)
    said = np.unique(SCORES.target)
    precision, recall, f1, n = precision_recall_fscore_support(
        SCORES.target, heard, labels=said, zero_division=0
    )
    rows = word_rows(CONFUSION)
    assert [row["Word"] for row in rows] == [SCORES.labels[i] for i in said]
    assert [row["Recall, %"] for row in rows] == pytest.approx(100 * recall, abs=0.051)
    assert [row["F1, %"] for row in rows] == pytest.approx(100 * f1, abs=0.051)
    assert [row["Precision, %"] or 0 for row in rows] == pytest.approx(100 * precision, abs=0.051)
    assert [row["Clips"] for row in rows] == n.tolist()


def test_the_matrix_as_rows_adds_up() -> None:
    rows = matrix_rows(CONFUSION)
    assert [row["said"] for row in rows] == list(CONFUSION.labels)
    assert sum(row[label] for row in rows for label in CONFUSION.labels) == len(SCORES)

"""The confusion matrix: in several orders, as rows of tables, and the clips behind a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from kws_core.charts.style import readable
from kws_core.results.exporting import percentage
from kws_core.results.metrics import word_figures
from kws_core.results.scores import ClipScores

Order = Literal["word", "error", "cluster"]

ORDERS: Final[dict[Order, str]] = {
    "word": "by word",
    "error": "worst first",
    "cluster": "alike together",
}

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Confusion:
    """Counts (labels, labels), said down and heard across, in the order of the labels."""

    labels: tuple[str, ...]
    counts: Counts

    @staticmethod
    def of(figures: Mapping[str, Any]) -> Confusion:
        """Return the counts among stored figures."""
        stored = figures["confusion"]
        return Confusion(tuple(stored["labels"]), np.array(stored["counts"], np.int64))

    @property
    def n_said(self) -> Counts:
        """How often each label was said, (labels,)."""
        return np.asarray(self.counts.sum(axis=1))

    @property
    def shares(self) -> npt.NDArray[np.float64]:
        """Of each label that was said, the share that was heard as each; 0 where none was."""
        return self.counts / np.maximum(self.n_said, 1)[:, None]

    @property
    def said(self) -> tuple[str, ...]:
        """The labels that were said at least once."""
        return tuple(label for label, n in zip(self.labels, self.n_said, strict=True) if n)

    def ordered(self, order: Order) -> Confusion:
        """Return the same counts with the labels in another order."""
        rows = {"word": self._as_given, "error": self._worst_first, "cluster": self._clustered}
        chosen = rows[order]()
        labels = tuple(self.labels[i] for i in chosen)
        return replace(self, labels=labels, counts=self.counts[np.ix_(chosen, chosen)])

    def _as_given(self) -> list[int]:
        return list(range(len(self.labels)))

    def _worst_first(self) -> list[int]:
        wrong = 1 - np.diag(self.shares)
        said = self.n_said > 0
        return sorted(self._as_given(), key=lambda i: (not said[i], -wrong[i], self.labels[i]))

    def _clustered(self) -> list[int]:
        """Put labels that are taken for each other side by side (average linkage)."""
        if len(self.labels) < 3:
            return self._as_given()
        # Only here: a second of imports.
        from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
        from scipy.spatial.distance import squareform

        taken = self.shares * (1 - np.eye(len(self.labels)))
        alike = np.sqrt((taken + taken.T) / 2)  # a root, so that rare confusions count as well
        apart = 1 - alike / max(float(alike.max()), 1e-9)
        np.fill_diagonal(apart, 0.0)
        condensed = squareform(apart, checks=False)
        tree = optimal_leaf_ordering(linkage(condensed, "average"), condensed)
        return [int(i) for i in leaves_list(tree)]


def clips_of_cell(scores: ClipScores, said: str, heard: str, most: int = 200) -> npt.NDArray[Any]:
    """Return which clips (indices) of a label were heard as another, surest first."""
    if said not in scores.labels or heard not in scores.labels:
        return np.zeros(0, np.int64)
    column = scores.labels.index(heard)
    best = scores.log_posteriors.argmax(axis=1)
    rows = np.flatnonzero((scores.target == scores.labels.index(said)) & (best == column))
    return rows[np.argsort(-scores.log_posteriors[rows, column], kind="stable")][:most]


def clip_rows(scores: ClipScores, rows: npt.NDArray[Any], top: int = 3) -> list[dict[str, Any]]:
    """Return for each of these clips: its name, kind, the score of its word, the best guesses."""
    found = []
    for row, p in zip(rows.tolist(), scores.select(rows).posteriors, strict=True):
        order = np.argsort(-p, kind="stable")[:top]
        guesses = ", ".join(f"{readable(scores.labels[i])} {p[i]:.1%}" for i in order)
        found.append(
            {
                "Clip": str(scores.utterance[row]),
                "Best guesses": guesses,
                "Score of its word, %": round(100 * float(p[scores.target[row]]), 2),
                "Kept as": "picture" if scores.is_picture[row] else "recording",
            }
        )
    return found


def word_rows(confusion: Confusion) -> list[dict[str, Any]]:
    """Return each label's precision, recall, F1 and commonest mistake, as rows of a table."""
    rows = []
    for i, one in enumerate(word_figures(confusion.counts, confusion.labels)):
        if not one.n:
            continue
        others = np.where(np.arange(len(confusion.labels)) == i, 0, confusion.counts[i])
        worst = int(others.argmax())
        mistake = f"{readable(confusion.labels[worst])}, {others[worst]}" if others[worst] else ""
        rows.append(
            {
                "Word": readable(one.label),
                "Clips": one.n,
                "Recall, %": percentage(one.recall),
                "Precision, %": percentage(one.precision),
                "F1, %": percentage(one.f1),
                "Mostly taken for": mistake,
            }
        )
    return rows


def error_rows(top: Sequence[Sequence[Any]], confusion: Confusion) -> list[dict[str, Any]]:
    """Return the most frequent errors, (said, recognised as, times), as rows of a table."""
    n_said = dict(zip(confusion.labels, confusion.n_said.tolist(), strict=True))
    return [
        {
            "Said": readable(said),
            "Recognised as": readable(heard),
            "Clips": times,
            "Share, %": percentage(times / n_said[said]),
        }
        for said, heard, times in top
    ]


def matrix_rows(confusion: Confusion) -> list[dict[str, Any]]:
    """Return the counts as rows of a table, the label that was said first."""
    return [
        {"said": label, **dict(zip(confusion.labels, counts.tolist(), strict=True))}
        for label, counts in zip(confusion.labels, confusion.counts, strict=True)
    ]

"""The confusion matrix: in counts or shares, in several orders, and the clips behind a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from kws_core.charts.layout import figure
from kws_core.charts.marks import box
from kws_core.charts.style import LINE, readable
from kws_core.charts.traces import heatmap, scatter
from kws_core.results.exporting import percentage
from kws_core.results.metrics import word_figures
from kws_core.results.scores import ClipScores

Order = Literal["word", "error", "cluster"]
Unit = Literal["counts", "shares"]

ORDERS: Final[dict[Order, str]] = {
    "word": "by word",
    "error": "worst first",
    "cluster": "alike together",
}
UNITS: Final[dict[Unit, str]] = {"shares": "shares", "counts": "counts"}

_LEAST_HEIGHT, _ROW, _MOST_HEIGHT = 120, 30, 640  # pixels
# Grey where nothing is wrong; from there on one hue, the darker the more.
_COLOURS: Final = [[0, "rgba(128, 140, 145, 0.13)"], [0.001, "#fde0c0"], [0.4, "#f08c3c"],
                   [1, "#8a2b06"]]  # fmt: skip

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


def confusion_figure(
    confusion: Confusion, unit: Unit, cell: tuple[str, str] | None = None
) -> go.Figure:
    """Draw the errors; every cell can be clicked: its customdata is the two labels.

    cell: (said, heard), outlined. The diagonal is blank, so that the colours, which follow the
    root of the share, are all for the errors.
    """
    rows = [i for i, n in enumerate(confusion.n_said) if n]
    columns = [i for i, n in enumerate(confusion.counts.sum(axis=0)) if n or i in rows]
    said = [readable(confusion.labels[i]) for i in rows]
    heard = [readable(confusion.labels[i]) for i in columns]
    counts, shares = confusion.counts[np.ix_(rows, columns)], confusion.shares[rows][:, columns]
    right = np.equal.outer(rows, columns)
    errors = np.where(right, 0.0, shares)
    heat = heatmap(
        np.where(right, np.nan, np.sqrt(errors)),
        x=heard,
        y=said,
        text=_numbers(np.where(right, 0, counts), errors, unit),
        texttemplate="%{text}",  # Plotly makes it light on dark cells and dark on light ones
        textfont={"size": 8},
        colorscale=_COLOURS,
        zmin=0,
        zmax=max(float(np.sqrt(errors.max(initial=0))), 0.1),
        xgap=1,
        ygap=1,
        showscale=False,  # the numbers stand in the cells
    )
    # A click on a heat map selects nothing; points on its cells can be selected.
    down, across = np.indices(counts.shape).reshape(2, -1).tolist()
    points = scatter(
        [heard[j] for j in across],
        [said[i] for i in down],
        "%{hovertext}",
        "markers",
        marker={"symbol": "square", "size": 12, "color": "rgba(0, 0, 0, 0)"},
        customdata=[
            [confusion.labels[rows[i]], confusion.labels[columns[j]]]
            for i, j in zip(down, across, strict=True)
        ],
        hovertext=[
            f"{said[i]} recognised as {heard[j]}<br>{counts[i, j]} of "
            f"{confusion.n_said[rows[i]]}, {shares[i, j]:.1%}"
            for i, j in zip(down, across, strict=True)
        ],
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
    )
    layout = {
        "xaxis": {
            "title": {"text": "recognised as", "standoff": 4},
            "tickangle": -90,
            "side": "top",
            "fixedrange": True,
            "showgrid": False,
            "dtick": 1,
            "range": [-0.5, len(columns) - 0.5],
        },
        "yaxis": {
            "title": {"text": "said", "standoff": 4},
            "range": [len(rows) - 0.5, -0.5],
            "fixedrange": True,
            "showgrid": False,
            "dtick": 1,
        },
        "font": {"size": 11},
        "shapes": _outline(cell, confusion, rows, columns),
        "clickmode": "event+select",
    }
    height = min(_LEAST_HEIGHT + _ROW * len(rows), _MOST_HEIGHT)
    return figure([heat, points], layout, height=height, margin=(82, 4, 82, 4))


def _outline(
    cell: tuple[str, str] | None, confusion: Confusion, rows: Sequence[int], columns: Sequence[int]
) -> list[dict[str, Any]]:
    if cell is None or not set(cell) <= set(confusion.labels):
        return []
    i, j = (confusion.labels.index(label) for label in cell)
    if i not in rows or j not in columns:
        return []
    y, x = rows.index(i), columns.index(j)
    return [box((x - 0.5, x + 0.5), (y - 0.5, y + 0.5), 2.5, LINE)]


def _numbers(counts: Counts, shares: npt.NDArray[np.float64], unit: Unit) -> list[list[str]]:
    """Return the text of the cells, empty for zero."""
    shown = counts if unit == "counts" else np.rint(100 * shares).astype(np.int64)
    return [[str(n) if n else "" for n in row] for row in shown.tolist()]

"""The confusion matrix: a click on a cell brings the clips behind it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import streamlit as st

from kws_core.charts.scores import describe_scores, scores_figure
from kws_core.charts.style import readable
from kws_core.report.confusion import (
    ORDERS,
    UNITS,
    Confusion,
    clip_rows,
    clips_of_cell,
    confusion_figure,
    error_rows,
    matrix_rows,
)
from kws_core.report.exporting import as_csv, file_name
from kws_core.results.scores import ClipScores
from kws_core.ui.models import state
from kws_core.ui.models import stored as models_stored
from kws_core.ui.models.controls import chart, downloads, fitting, table

_MATRIX: Final = "models_confusion"
_TOP: Final = "models_top_confusions"
_CLIPS: Final = "models_cell_clips"


def show_confusion(model: str, split: str, figures: dict[str, Any]) -> None:
    """Show the matrix of an evaluation, and the clips of the chosen cell."""
    now = state.shown()
    stored = figures["confusion"]
    confusion = Confusion(tuple(stored["labels"]), np.array(stored["counts"], np.int64))
    cell = _chosen_cell(confusion, figures["top_confusions"])
    # The list is first on a phone, where the matrix has to be scrolled sideways.
    clips, matrix = st.columns([5, 7], gap="medium")
    with clips:
        _show_top(figures["top_confusions"], confusion)
        _cell_controls(confusion, cell)
        _show_clips(models_stored.scores(model, split), cell, (model, split))
    with matrix:
        with st.container(horizontal=True):
            state.choice("Numbers", "unit", UNITS)
            state.choice("Order", "order", ORDERS)
        _show_matrix(confusion.ordered(now.order), cell)
        downloads(
            model,
            split,
            "confusion",
            rows=lambda: matrix_rows(confusion.ordered(now.order)),
            content=lambda: stored,
        )


def _show_top(top: list[list[Any]], confusion: Confusion) -> None:
    rows = error_rows(top, confusion)

    def take() -> None:
        chosen = st.session_state[_TOP].selection.rows
        if chosen:
            said, heard, _ = top[chosen[0]]
            state.change(said=said, heard=heard)

    st.markdown("**Most frequent confusions**: select one to see its clips.")
    table(
        rows,
        _TOP,
        "The most frequent confusions.",
        height=fitting(rows, 213),
        column_config={
            "Said": st.column_config.TextColumn(width=75),
            "Recognised as": st.column_config.TextColumn(width=100),
            "Clips": st.column_config.NumberColumn(width=50),
        },
        on_select=take,
        selection_mode="single-row",
    )


def _show_matrix(confusion: Confusion, cell: tuple[str, str] | None) -> None:
    right = int(np.trace(confusion.counts))
    chart(
        confusion_figure(confusion, state.shown().unit, cell),
        _MATRIX,
        f"Errors among {len(confusion.said)} words: {right} of "
        f"{int(confusion.counts.sum())} clips are recognised correctly.",
        on_select=_take_click,
        selection_mode="points",
    )


def _take_click() -> None:
    selection = st.session_state[_MATRIX]["selection"]["points"]
    if selection:  # none, after the chart was drawn anew
        said, heard = selection[0]["customdata"]
        state.change(said=said, heard=heard)


def _chosen_cell(confusion: Confusion, top: list[list[Any]]) -> tuple[str, str] | None:
    now = state.shown()
    if now.said in confusion.labels and now.heard in confusion.labels:
        return now.said, now.heard
    return (str(top[0][0]), str(top[0][1])) if top else None


def _cell_controls(confusion: Confusion, cell: tuple[str, str] | None) -> None:
    """Choose a cell without a mouse."""
    with st.container(horizontal=True):
        for label, name, index, options in (
            ("Said", "said", 0, confusion.said),
            ("Recognised as", "heard", 1, confusion.labels),
        ):
            key = f"{_MATRIX}_{name}"
            st.session_state[key] = cell[index] if cell else options[0]
            st.selectbox(
                label, options, format_func=readable, key=key, on_change=_choose_cell, width=130
            )


def _choose_cell() -> None:
    said, heard = (st.session_state[f"{_MATRIX}_{name}"] for name in ("said", "heard"))
    state.change(said=said, heard=heard)


def _show_clips(scores: ClipScores, cell: tuple[str, str] | None, of: tuple[str, str]) -> None:
    if cell is None:
        st.caption("No clip was misrecognised.")
        return
    said, heard = (readable(label) for label in cell)
    rows = clips_of_cell(scores, *cell)
    n_said = int((scores.target == scores.labels.index(cell[0])).sum())
    if not len(rows):
        st.caption(f"None of {n_said} clips of “{said}” was recognised as “{heard}”.")
        return
    shown = clip_rows(scores, rows)
    st.markdown(f"**{len(rows)} of {n_said} clips of “{said}”** were recognised as “{heard}”")
    selected = table(
        shown,
        _CLIPS,
        f"The clips of {said} that were recognised as {heard}, highest score first.",
        height=fitting(shown, 250),
        on_select="rerun",
        selection_mode="single-row-required",
    )
    picked = selected["selection"]["rows"] if selected else []
    number = picked[0] if picked and picked[0] < len(rows) else 0
    row = int(rows[number])
    posteriors = scores.select(np.array([row])).posteriors[0]
    best = dict(zip(scores.labels, posteriors.tolist(), strict=True))
    st.caption(f"Scores of {shown[number]['Clip']}")
    chart(scores_figure(best), "models_cell_scores", describe_scores(best))
    st.caption(
        "The recordings are not part of this project; their names are those in Speech Commands."
    )
    st.download_button(
        "These clips as CSV",
        lambda: as_csv(shown),
        file_name(*of, said, "as", heard, ending="csv"),
        "text/csv",
        icon=":material/table:",
        on_click="ignore",
        key="models_csv_cell",
    )

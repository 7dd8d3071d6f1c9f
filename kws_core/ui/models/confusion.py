"""The confusion matrix: a click on a cell brings the clips behind it."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import streamlit as st

from kws_core.charts.scores import describe_scores, scores_figure
from kws_core.charts.style import readable
from kws_core.report.confusion import (
    Confusion,
    Order,
    clip_rows,
    clips_of_cell,
    error_rows,
    matrix_rows,
)
from kws_core.report.confusion_chart import Unit, confusion_figure
from kws_core.results.exporting import as_csv, file_name
from kws_core.results.scores import ClipScores
from kws_core.ui.models import stored as models_stored
from kws_core.ui.models import texts
from kws_core.ui.models.choices import choice
from kws_core.ui.models.controls import chart, downloads
from kws_core.ui.shared.download import download
from kws_core.ui.shared.tables import table

_MATRIX: Final = "models_confusion"
_TOP: Final = "models_top_confusions"
_CLIPS: Final = "models_cell_clips"


def show_confusion(model: str, split: str, figures: dict[str, Any]) -> None:
    """Show the matrix of an evaluation, and the clips of the chosen cell."""
    confusion = Confusion.of(figures)
    top = figures["top_confusions"]
    # The list is first on a phone, where the matrix has to be scrolled sideways.
    clips, matrix = st.columns([5, 7], gap="medium")
    with clips:
        _show_top(top, confusion)
        cell = _cell_controls(confusion, top)
        _show_clips(models_stored.scores(model, split), cell, (model, split))
    with matrix:
        with st.container(horizontal=True):
            unit: Unit = choice("unit", "Numbers")
            order: Order = choice("order", "Order")
        # On a phone it is scrolled sideways, with something in it that the keyboard reaches.
        with st.container(key="models_matrix"):
            _show_matrix(confusion.ordered(order), unit, cell)
            downloads(
                model,
                split,
                "confusion",
                rows=lambda: matrix_rows(confusion.ordered(order)),
                content=lambda: figures["confusion"],
            )


def _show_top(top: list[list[Any]], confusion: Confusion) -> None:
    rows = error_rows(top, confusion)

    def take() -> None:
        chosen = st.session_state[_TOP].selection.rows
        if chosen:
            said, heard, _ = top[chosen[0]]
            _choose(said, heard)

    st.markdown("**Most frequent confusions**: select one to see its clips.")
    table(
        rows,
        _TOP,
        "The most frequent confusions.",
        most=213,
        column_config={
            "Said": st.column_config.TextColumn(width=75),
            "Recognised as": st.column_config.TextColumn(width=100),
            "Clips": st.column_config.NumberColumn(width=50),
        },
        on_select=take,
        selection_mode="single-row",
    )


def _show_matrix(confusion: Confusion, unit: Unit, cell: tuple[str, str]) -> None:
    right = int(np.trace(confusion.counts))
    chart(
        confusion_figure(confusion, unit, cell),
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
        _choose(said, heard)


def _choose(said: str, heard: str) -> None:
    st.session_state["said"], st.session_state["heard"] = said, heard


def _cell_controls(confusion: Confusion, top: list[list[Any]]) -> tuple[str, str]:
    """Choose a cell without a mouse; at first it is the most frequent confusion."""
    first = top[0] if top else confusion.said[:1] * 2
    chosen = []
    with st.container(horizontal=True):
        for label, name, index, options in (
            ("Said", "said", 0, confusion.said),
            ("Recognised as", "heard", 1, confusion.labels),
        ):
            chosen.append(
                choice(
                    name,
                    label,
                    options,
                    widget=st.selectbox,
                    index=options.index(first[index]),
                    format_func=readable,
                    width=140,
                )
            )
    return chosen[0], chosen[1]


def _show_clips(scores: ClipScores, cell: tuple[str, str], of: tuple[str, str]) -> None:
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
        most=250,
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
    st.caption(texts.RECORDINGS_ELSEWHERE)
    download(
        "These clips as CSV",
        lambda: as_csv(shown),
        file_name(*of, said, "as", heard, ending="csv"),
        key="models_csv_cell",
    )

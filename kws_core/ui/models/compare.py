"""Compare: our models beside the literature, and beside the notebook that this started from."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.report.comparison import COSTS, OTHER_ANSWERS, notebook_story, table_of
from kws_core.report.comparison_chart import comparison_figure, comparison_text
from kws_core.report.literature import TASKS
from kws_core.ui.models import state, stored
from kws_core.ui.models.controls import chart, downloads, fitting, table

_NOTE: Final = (
    "Figures differ in what they are of: the literature trains on all of the official training "
    "clips and tests on all of the official test clips, as sound; ours are of the clips that the "
    "table names. Where no interval is given, the source gives none."
)


def show_compare() -> None:
    """Show all models in a table and against what they cost."""
    now = state.shown()
    with st.container(horizontal=True):
        state.choice("Task", "task", TASKS)
        state.choice("Against", "cost", COSTS)
    rows = stored.comparison(now.task)
    if not any(row.kind == "ours" for row in rows):
        st.info("None of the shipped models has been measured yet.", icon=":material/info:")
    # A key for each cost: an axis that is only changed keeps the ticks of the last one.
    key, text = f"models_compare_{now.cost}", comparison_text(rows, now.cost)
    chart(comparison_figure(rows, now.cost), key, text)
    if now.cost == "bytes":
        st.caption("The literature states no sizes of files.")
    shown = table_of(rows)
    table(
        shown,
        "models_compare_table",
        f"{len(rows)} figures on {TASKS[now.task]}.",
        height=fitting(shown, 800),
        column_config={
            "Model": st.column_config.TextColumn(pinned=True),
            "Right, %": st.column_config.NumberColumn(format="%.2f"),
            "from": st.column_config.NumberColumn(format="%.2f", help="95 % interval (Wilson)"),
            "to": st.column_config.NumberColumn(format="%.2f", help="95 % interval (Wilson)"),
            "Weights": st.column_config.NumberColumn(format="localized"),
            "Link": st.column_config.LinkColumn(display_text="open"),
        },
    )
    st.caption(
        f"{_NOTE} Ours may answer {OTHER_ANSWERS[now.task]}; the last column says what they reach "
        "without."
    )
    if now.task == "35":
        st.markdown(notebook_story(rows))
    downloads("models", TASKS[now.task], rows=lambda: shown, content=lambda: shown)

"""Compare: our models beside published ones, and the notebook that this project started from."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.report.comparison import (
    COSTS,
    NOTEBOOK,
    notebook_story,
    own_table,
    published_table,
)
from kws_core.report.comparison_chart import comparison_figure, comparison_text
from kws_core.report.literature import TASKS, Task
from kws_core.ui.models import state, stored
from kws_core.ui.models.controls import chart, downloads, fitting, table

_NOTE: Final = (
    "These numbers are not directly comparable: published models train and test on all official "
    "clips; ours use the clips in 'Tested on'."
)
_WORDS_ONLY: Final[dict[Task, str]] = {
    "35": "Our models can also answer 'silence' or 'unknown'. Words only: without these answers, "
    "as published models are measured.",
    "12": "Our models can also answer 'none of the 35 words'. Words only: without this answer, as "
    "published models are measured.",
}
_COLUMNS: Final = {
    "Model": st.column_config.TextColumn(pinned=True),
    "Accuracy, %": st.column_config.NumberColumn(format="%.2f"),
    "95% interval": st.column_config.TextColumn(help="Wilson's interval of the accuracy, %"),
    "Words only, %": st.column_config.NumberColumn(format="%.2f"),
    "Weights": st.column_config.NumberColumn(format="localized"),
    "Time, ms": st.column_config.NumberColumn(format="%.1f", help="For one second of sound"),
    "Link": st.column_config.LinkColumn(display_text="open"),
}


def show_compare() -> None:
    """Show all models in two tables and against their cost."""
    now = state.shown()
    with st.container(horizontal=True):
        state.choice("Task", "task", TASKS)
        state.choice("Against", "cost", COSTS)
    rows = stored.comparison(now.task)
    # A key for each cost: an axis that is only changed keeps the ticks of the last one.
    key, text = f"models_compare_{now.cost}", comparison_text(rows, now.cost)
    chart(comparison_figure(rows, now.cost), key, text)
    if now.cost == "bytes":
        st.caption("Published models state no file sizes.")
    ours, published = own_table(rows), published_table(rows)
    st.markdown("**Our models**")
    if ours:
        table(ours, "models_compare_ours", "Our models.", column_config=_COLUMNS)
        st.caption(_WORDS_ONLY[now.task])
    else:
        st.info("None of the shipped models has been measured yet.", icon=":material/info:")
    st.markdown("**Published models**")
    table(
        published,
        "models_compare_published",
        "Published models.",
        height=fitting(published, 560),
        column_config=_COLUMNS,
    )
    st.caption(_NOTE)
    if now.task == "35":
        with st.expander(f"The notebook and {NOTEBOOK.model}", icon=":material/menu_book:"):
            st.markdown(notebook_story(rows))
    downloads(
        "models",
        TASKS[now.task],
        rows=lambda: [{"Kind": row.kind} | vars(row) for row in rows],
        content=lambda: {"ours": ours, "published": published},
    )

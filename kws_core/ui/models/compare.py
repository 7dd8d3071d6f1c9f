"""Compare: our models beside published ones, and the notebook that this project started from."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.report.comparison import Cost, own_table, published_table
from kws_core.report.comparison_chart import comparison_figure, comparison_text
from kws_core.report.literature import TASKS, Task
from kws_core.report.notebook import MODEL, notebook_story
from kws_core.ui.models import stored, texts
from kws_core.ui.models.choices import choice
from kws_core.ui.models.controls import chart, downloads
from kws_core.ui.models.sections import Subject
from kws_core.ui.shared.tables import table

_COLUMNS: Final = {
    "Model": st.column_config.TextColumn(pinned=True),
    "Accuracy, %": st.column_config.NumberColumn(format="%.2f"),
    "95% interval": st.column_config.TextColumn(help="Wilson's interval of the accuracy, %"),
    "Words only, %": st.column_config.NumberColumn(format="%.2f"),
    "Weights": st.column_config.NumberColumn(format="localized"),
    "Time, ms": st.column_config.NumberColumn(format="%.1f", help="For one second of sound"),
    "Link": st.column_config.LinkColumn(display_text="open"),
}


def show(subject: Subject) -> None:
    """Show all models in two tables and against their cost."""
    with st.container(horizontal=True):
        task: Task = choice("task", "Task")
        cost: Cost = choice("cost", "Against")
    rows = stored.comparison(task)
    # A key for each cost: an axis that is only changed keeps the ticks of the last one.
    key, text = f"models_compare_{cost}", comparison_text(rows, cost)
    chart(comparison_figure(rows, cost), key, text)
    if cost == "bytes":
        st.caption(texts.NO_SIZES)
    ours, published = own_table(rows), published_table(rows)
    st.markdown("**Our models**")
    if ours:
        table(ours, "models_compare_ours", "Our models.", column_config=_COLUMNS)
        st.caption(f"{texts.WORDS_ONLY[task]} {texts.CASCADE}")
    else:
        st.info(texts.NONE_MEASURED, icon=":material/info:")
    st.markdown("**Published models**")
    table(
        published, "models_compare_published", "Published models.", most=560, column_config=_COLUMNS
    )
    st.caption(texts.NOT_COMPARABLE)
    if task == "35":
        with st.expander(f"The notebook and {MODEL}", icon=":material/menu_book:"):
            st.markdown(notebook_story(rows))
    downloads(
        "models",
        TASKS[task],
        rows=lambda: [{"Kind": row.kind} | vars(row) for row in rows],
        content=lambda: {"ours": ours, "published": published},
    )

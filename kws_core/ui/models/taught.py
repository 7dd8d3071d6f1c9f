"""Taught words: how many are found after how many takes, and what they cost the known words."""

from __future__ import annotations

import streamlit as st

from kws_core.report.taught import alarm_rates, teaching_figure, teaching_rows
from kws_core.ui.models import stored, texts
from kws_core.ui.models.controls import chart, downloads, nothing_measured
from kws_core.ui.shared.tables import table


def show_taught() -> None:
    """Show what was measured of taught words; it is the same for every model."""
    figures = stored.teaching_figures()
    if figures is None:
        nothing_measured(
            texts.TAUGHT_NOT_MEASURED, "python -m kws_core evaluate-teaching --data DATA"
        )
        return
    rate = st.segmented_control(
        "False alarms allowed",
        alarm_rates(figures),
        default=alarm_rates(figures)[0],
        required=True,
        format_func=lambda n: f"{n} per hour",
        key="models_taught_rate",
        help=texts.TAUGHT_RATE,
        persist_state="session",
    )
    rows = teaching_rows(figures)
    best = max(rows, key=lambda row: row[f"Others, {rate}/h, %"])
    chart(
        teaching_figure(figures, rate),
        "models_taught",
        f"Takes found against takes taught; other people's at most {best[f'Others, {rate}/h, %']}% "
        f"with {best['Takes']} takes by {best['People']}.",
    )
    known = figures["known_words"]
    st.caption(texts.TAUGHT.format(**figures | {"words": ", ".join(figures["words"])}))
    st.caption(texts.TAUGHT_KNOWN.format(**known))
    if figures["weights_sha256"] != stored.card(figures["network"]).sha256:
        st.caption(f":material/warning: {texts.OLDER_WEIGHTS}")
    table(rows, "models_taught_table", "Takes found.", most=300)
    downloads(figures["network"], "teaching", rows=lambda: rows, content=lambda: figures)
    st.page_link("pages/6_Teach.py", label="Teach a word", icon=":material/school:")

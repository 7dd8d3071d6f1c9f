"""What several sections of the Models page share: charts, downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from kws_core.results.exporting import as_csv, as_plain_json, file_name
from kws_core.ui.shared.chart import saving
from kws_core.ui.shared.download import download


def chart(figure: go.Figure, key: str, alt: str, **more: Any) -> Any:
    """Show a figure that can be saved as a PNG; returns the selection in it."""
    config = saving(file_name(key, ending=""))
    return st.plotly_chart(figure, key=key, alt=alt, config=config, **more)


def downloads(
    *names: str, rows: Callable[[], Sequence[Mapping[str, Any]]], content: Callable[[], Any]
) -> None:
    """Offer the data behind a panel: its rows as CSV, and all of it as JSON.

    names: what the files are called after. Both are made only when they are asked for.
    """
    key = "_".join(names)
    csv, json = (file_name(*names, ending=ending) for ending in ("csv", "json"))
    with st.container(horizontal=True):
        download("CSV", lambda: as_csv(rows()), csv, key=f"models_csv_{key}")
        download("JSON", lambda: as_plain_json(content()), json, key=f"models_json_{key}")


def nothing_measured(what: str, command: str) -> None:
    """Say that something has not been measured, and how to do it."""
    st.info(what, icon=":material/hourglass_empty:")
    st.code(command, language="bash", wrap_lines=True)

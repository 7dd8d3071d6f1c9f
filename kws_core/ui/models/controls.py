"""What several sections of the Models page share: charts, downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from kws_core.results.exporting import as_csv, as_plain_json, file_name
from kws_core.ui.shared.download import download


def chart(figure: go.Figure, key: str, alt: str, **more: Any) -> Any:
    """Show a figure that can be saved as a PNG; returns the selection in it."""
    return st.plotly_chart(
        figure,
        key=key,
        alt=alt,
        config={
            "displaylogo": False,
            "displayModeBar": "hover",
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {
                "format": "png",
                "filename": file_name(key, ending=""),
                "scale": 2,
            },
        },
        **more,
    )


def downloads(
    *names: str, rows: Callable[[], Sequence[Mapping[str, Any]]], content: Callable[[], Any]
) -> None:
    """Offer the data behind a panel: its rows as CSV, and all of it as JSON.

    names: what the files are called after. Both are made only when they are asked for.
    """
    kinds = (
        ("csv", "text/csv", ":material/table:", lambda: as_csv(rows())),
        ("json", "application/json", ":material/data_object:", lambda: as_plain_json(content())),
    )
    with st.container(horizontal=True):
        for ending, mime, icon, made in kinds:
            download(
                ending.upper(),
                made,
                file_name(*names, ending=ending),
                mime,
                icon=icon,
                key=f"models_{ending}_{'_'.join(names)}",
            )


def nothing_measured(what: str, command: str) -> None:
    """Say that something has not been measured, and how to do it."""
    st.info(what, icon=":material/hourglass_empty:")
    st.code(command, language="bash", wrap_lines=True)

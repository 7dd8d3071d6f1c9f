"""Charts without Plotly's buttons, but for one that saves the chart as a file."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import streamlit as st


def plain_chart(figure: go.Figure, key: str, alt: str) -> None:
    """Show a figure; alt: what it shows, for those who don't see it."""
    st.plotly_chart(
        figure, key=key, alt=alt, config={"displaylogo": False, "displayModeBar": False}
    )


def saving(file: str, kind: str = "png", shown: bool | str = "hover") -> dict[str, Any]:
    """Return Plotly's settings with one button, which saves the chart under a name, as a kind.

    The browser draws the file. A server would need a browser of its own for that.
    """
    return {
        "displaylogo": False,
        "displayModeBar": shown,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": kind, "filename": file, "scale": 2},
    }

"""A chart without Plotly's buttons."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st


def plain_chart(figure: go.Figure, key: str, alt: str) -> None:
    """Show a figure; alt: what it shows, for those who don't see it."""
    st.plotly_chart(
        figure, key=key, alt=alt, config={"displaylogo": False, "displayModeBar": False}
    )

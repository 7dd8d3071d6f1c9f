"""Widgets whose value is kept elsewhere in the session, so that it survives their absence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


def seeded(
    widget: Callable[..., Any],
    label: str,
    *arguments: Any,
    key: str,
    value: Any,
    put: Callable[[Any], object],
    **more: Any,
) -> None:
    """Show a widget with a value; put: gets what a person chooses instead, before the next run."""
    st.session_state[key] = value
    widget(label, *arguments, key=key, on_change=lambda: put(st.session_state[key]), **more)

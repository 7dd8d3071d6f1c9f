"""Widgets that a person gives recordings to, which can be emptied from outside."""

from __future__ import annotations

import streamlit as st


def key_of(name: str) -> str:
    """Return the key of a recorder or uploader of that name."""
    return f"{name}_{st.session_state.get(f'{name}_turn', 0)}"


def empty(name: str) -> None:
    """Empty a recorder or uploader: a new key is the only way."""
    st.session_state[f"{name}_turn"] = st.session_state.get(f"{name}_turn", 0) + 1

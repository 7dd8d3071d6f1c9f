"""Recordings of this session that one page hands to another as a test set."""

from __future__ import annotations

from typing import Final

import streamlit as st

_KEPT: Final = "own_recordings_kept"


def hand_over(name: str, archive: bytes) -> None:
    """Keep a ZIP archive of recordings, by its name, until `forget`."""
    st.session_state[_KEPT] = name, archive


def handed_over() -> tuple[str, bytes] | None:
    """The archive that was handed over, with its name."""
    kept: tuple[str, bytes] | None = st.session_state.get(_KEPT)
    return kept


def forget() -> None:
    """Drop the archive."""
    st.session_state.pop(_KEPT, None)

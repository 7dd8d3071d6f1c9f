"""The choice between commands on their own and words inside sentences too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

COMMANDS: Final = "Commands"
ALONE: Final = {True: "On their own", False: "Inside sentences too"}


def commands_choice(
    key: str, explanation: str, on_change: Callable[[], None] | None = None, **more: Any
) -> None:
    """Let a person choose; the session state has True under `key` for commands on their own."""
    st.radio(
        COMMANDS,
        (True, False),
        format_func=ALONE.__getitem__,
        horizontal=True,
        key=key,
        on_change=on_change,
        help=explanation,
        **more,
    )

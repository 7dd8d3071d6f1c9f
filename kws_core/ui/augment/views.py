"""The three views of the Augment page."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.lab.link import VIEWS, View
from kws_core.ui.augment import state

_VIEW: Final = "augment_view"
_NAMES: Final[dict[View, str]] = {
    "specaugment": "SpecAugment",
    "sound": "Sound",
    "compare": "Compare",
}


def view_control() -> None:
    """Offer the views; only the one that is open is computed."""
    st.session_state[_VIEW] = state.lab().view
    st.segmented_control(
        "View",
        VIEWS,
        format_func=lambda view: _NAMES[view],
        key=_VIEW,
        required=True,
        on_change=lambda: state.change(view=st.session_state[_VIEW]),
        label_visibility="collapsed",
    )

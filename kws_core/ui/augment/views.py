"""The three views of the Augment page."""

from __future__ import annotations

from typing import Final

from kws_core.lab.link import VIEWS, View
from kws_core.ui.augment import state

_NAMES: Final[dict[View, str]] = {
    "specaugment": "SpecAugment",
    "sound": "Sound",
    "compare": "Compare",
}


def view_control() -> None:
    """Offer the views; only the one that is open is computed."""
    state.choice(
        "view", "View", VIEWS, format_func=lambda view: _NAMES[view], label_visibility="collapsed"
    )

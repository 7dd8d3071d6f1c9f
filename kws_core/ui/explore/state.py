"""What the Explore page shows, kept in the session, and in the page's address.

Widgets are seeded from here on every run, and tell their changes here, so that what was chosen
survives their absence on other pages.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any, Final

import streamlit as st

from kws_core.explore.fitting import fit
from kws_core.explore.link import from_query, to_query
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import Shown
from kws_core.ui.clip import page_address
from kws_core.ui.shared import resources

RECORDING, UPLOAD = ":record", ":upload"  # what no sample is called

_PAGE: Final = "explore"
_SETTINGS: Final = "explore_settings"
_SHOWN: Final = "explore_shown"
_MESSAGES: Final = "explore_messages"
_FIRST: Final = ViewSettings()
_CLIP: Final = "explore_clip"  # the key of the clip that parts and selections are of


def settings() -> ViewSettings:
    """How the clip is looked at."""
    chosen: ViewSettings = st.session_state.get(_SETTINGS, _FIRST)
    return chosen


def shown() -> Shown:
    """What is shown."""
    chosen: Shown = st.session_state.get(_SHOWN, Shown())
    return chosen


def messages() -> tuple[str, ...]:
    """What had to give way at the last change, and what in the address made no sense."""
    told: tuple[str, ...] = st.session_state.get(_MESSAGES, ())
    return told


def use(chosen: ViewSettings, told: tuple[str, ...] = ()) -> None:
    """Look at the clip with other settings."""
    st.session_state[_SETTINGS] = chosen
    st.session_state[_MESSAGES] = told


def change(name: str, value: Any) -> None:
    """Change one setting; those that do not go with it follow, and the page says so."""
    if value is not None:
        use(*fit({**asdict(settings()), name: value}, name))


def show(**changes: Any) -> None:
    """Show something else."""
    st.session_state[_SHOWN] = replace(shown(), **changes)
    st.session_state[_MESSAGES] = ()


def open_link() -> None:
    """Take over what the page's address says, unless the page itself wrote it there."""
    query = page_address.opened(_PAGE, started=_SETTINGS in st.session_state)
    if query is None:
        return
    chosen, view, problems = from_query(query)
    told = [*problems, *page_address.open_sample(view.clip)]
    other = view.other if view.other in resources.samples() else None
    if other != view.other:
        told.append(page_address.no_sample(str(view.other)))
    use(chosen, tuple(told))
    st.session_state[_SHOWN] = replace(view, other=other)
    st.session_state[_CLIP] = None


def follow_clip(key: str) -> None:
    """Let go of parts and selections of another clip than the one with this key."""
    if st.session_state.get(_CLIP) not in (None, key):
        st.session_state[_SHOWN] = replace(shown(), part=None, selection=None)
    st.session_state[_CLIP] = key


def write_link() -> dict[str, str]:
    """Let the page's address say what is shown; returns its parameters."""
    view = shown()
    other = None if view.other in (RECORDING, UPLOAD) else view.other
    view = replace(view, clip=page_address.shown_sample(), other=other)
    return page_address.write(_PAGE, to_query(settings(), view))

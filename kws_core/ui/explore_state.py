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
from kws_core.ui import current_clip, resources

RECORDING, UPLOAD = ":record", ":upload"  # what no sample is called

_SETTINGS: Final = "explore_settings"
_SHOWN: Final = "explore_shown"
_MESSAGES: Final = "explore_messages"
_LINK: Final = "explore_link"  # what the address was given last
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
    """Take over what the page's address says, unless the page itself wrote it there.

    A page that is reached through the navigation has no parameters, and goes on as it was.
    """
    query = st.query_params.to_dict()
    if query == st.session_state.get(_LINK) or (not query and _SETTINGS in st.session_state):
        return
    chosen, view, problems = from_query(query)
    told = list(problems)
    for name in (view.clip, view.other):
        if name is not None and name not in resources.samples():
            told.append(f"There is no sample clip called {name[:40]!r}.")
    if view.clip in resources.samples():
        current_clip.choose_sample(str(view.clip))
    other = view.other if view.other in resources.samples() else None
    use(chosen, tuple(told))
    st.session_state[_SHOWN] = replace(view, other=other)
    st.session_state[_CLIP] = None


def follow_clip(key: str) -> None:
    """Let go of parts and selections of another clip than the one with this key."""
    if st.session_state.get(_CLIP) not in (None, key):
        st.session_state[_SHOWN] = replace(shown(), part=None, selection=None)
    st.session_state[_CLIP] = key


def write_link() -> dict[str, str]:
    """Let the page's address say what is shown; returns its parameters.

    Recordings and uploads stay out of it: nobody else has them.
    """
    view = shown()
    name = current_clip.sample_name() if current_clip.current().source == "sample" else None
    other = None if view.other in (RECORDING, UPLOAD) else view.other
    clip = None if name == current_clip.FIRST_SAMPLE else name
    query = to_query(settings(), replace(view, clip=clip, other=other))
    # Always: what an interrupted run wrote may not have reached the browser, and the browser does
    # nothing where it has it already.
    st.query_params.from_dict(query)
    st.session_state[_LINK] = query
    return query

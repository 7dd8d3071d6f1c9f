"""A page's address: what a person opened, and what the page itself wrote there last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from kws_core.ui.clip import current_clip
from kws_core.ui.shared import resources


def opened(page: str, *, started: bool) -> dict[str, str] | None:
    """Return the parameters a person opened a page with; None if they say nothing new.

    started: whether the page has been shown before: reached through the navigation, it has no
    parameters and goes on as it was.
    """
    query = st.query_params.to_dict()
    return None if query == st.session_state.get(_key(page)) or (not query and started) else query


def write(page: str, query: dict[str, str]) -> dict[str, str]:
    """Write the view into a page's address; returns its parameters."""
    # Always: what an interrupted run wrote may not have reached the browser, and the browser does
    # nothing where it has it already.
    st.query_params.from_dict(query)
    st.session_state[_key(page)] = query
    return query


def full(query: Mapping[str, Any]) -> str:
    """Return the address of the page that is shown, with these parameters, to be copied."""
    page = (st.context.url or "").partition("?")[0]
    return f"{page}?{urlencode(query, doseq=True)}" if query else page or "?"


def open_sample(name: str | None) -> list[str]:
    """Choose the sample clip that an address names, if any; returns messages for the person."""
    if name is None:
        return []
    if name not in resources.samples():
        return [no_sample(name)]
    current_clip.choose_sample(name)
    return []


def no_sample(name: str) -> str:
    """Say that there is no sample of a name."""
    return f"There is no sample clip called {name[:40]!r}."


def shown_sample() -> str | None:
    """Return the sample to name in an address: none for the first one.

    Recordings and uploads stay out of it: nobody else has them.
    """
    name = current_clip.sample_name() if current_clip.current().source == "sample" else None
    return None if name == current_clip.FIRST_SAMPLE else name


def _key(page: str) -> str:
    return f"{page}_link"

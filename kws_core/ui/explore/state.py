"""What the Explore page shows: its widgets' values, and the page's address.

Streamlit keeps views and settings in the address (`bind="query-params"`) and across pages. The
second clip and the parts of clips are kept here: they go when their clip does.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

import streamlit as st

from kws_core.explore.fitting import fit
from kws_core.explore.link import FIRST_VIEWS, from_query, to_query
from kws_core.explore.presets import preset
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import View
from kws_core.explore.views import named
from kws_core.ui.clip import page_address
from kws_core.ui.shared import resources

RECORDING, UPLOAD = ":record", ":upload"  # what no sample is called
VIEWS: Final = "views"  # the key of the views' chips, and so their name in the address

_OPENED: Final = "explore_opened"
_MESSAGES: Final = "explore_messages"
_CLIP: Final = "explore_clip"  # the key of the clip that parts and selections are of


def kept(name: str) -> Any:
    """Return the second clip ("other"), the "part" or the "selection"; None if there is none."""
    return st.session_state.get(f"explore_kept_{name}")


def keep(name: str, value: Any) -> None:
    """Choose the second clip ("other"), the "part" or the "selection"."""
    st.session_state[f"explore_kept_{name}"] = value


def settings() -> ViewSettings:
    """Return the settings that the controls show."""
    return fit(_values())[0]


def views() -> tuple[View, ...]:
    """Return the chosen views."""
    return named(st.session_state.get(VIEWS, FIRST_VIEWS))


def clear_views() -> None:
    """Choose no view."""
    st.session_state[VIEWS] = []


def messages() -> tuple[str, ...]:
    """Return, once, which settings gave way, and what in the address was ignored."""
    notes: tuple[str, ...] = st.session_state.pop(_MESSAGES, ())
    return notes


def change(name: str) -> None:
    """Let the other settings follow one that was changed, and say so."""
    fitted, notes = fit(_values(), name)
    _put(fitted)
    st.session_state[_MESSAGES] = notes


def use_preset(name: str | None) -> None:
    """Set all controls to a preset's values."""
    if (chosen := preset(name or "")) is not None:
        _put(chosen.apply(settings()))


def open_link() -> None:
    """Take over the address that a person opened the page with.

    Streamlit's widgets would drop a value they don't know without a word, and know none of older
    links. So the address is read here, and written anew as they write it.
    """
    if st.session_state.get(_OPENED):
        return
    st.session_state[_OPENED] = True
    query = {name: st.query_params.get_all(name) for name in st.query_params}
    opened = from_query(query)
    other = opened.other if opened.other in resources.samples() else None
    notes = [*opened.messages, *page_address.open_sample(opened.clip)]
    if other != opened.other:
        notes.append(page_address.no_sample(str(opened.other)))
    st.session_state[_MESSAGES] = tuple(notes)
    keep("other", other)
    keep("part", opened.part)
    keep("selection", opened.settings.selection)
    st.session_state[_CLIP] = None
    if query:
        st.session_state[VIEWS] = list(opened.views)
        for name, value in asdict(opened.settings).items():
            st.session_state[name] = value
        st.query_params.from_dict(to_query(opened))
        st.rerun()


def follow_clip(key: str) -> None:
    """Let go of parts and selections of another clip than the one with this key."""
    if st.session_state.get(_CLIP) not in (None, key):
        keep("part", None)
        keep("selection", None)
    st.session_state[_CLIP] = key


def write_link() -> dict[str, list[str]]:
    """Let the address name clips and parts too; returns all its parameters."""
    other = None if kept("other") in (RECORDING, UPLOAD) else kept("other")
    texts = {"clip": page_address.shown_sample(), "other": other}
    for name in ("part", "selection"):
        texts[name] = "{:.3f}-{:.3f}".format(*kept(name)) if kept(name) else None
    for name, text in texts.items():
        if text:
            st.query_params[name] = text
        elif name in st.query_params:
            del st.query_params[name]
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _values() -> dict[str, Any]:
    values = {
        name: default if (value := st.session_state.get(name)) is None else value
        for name, default in asdict(ViewSettings()).items()
    }
    return values | {"selection": kept("selection")}


def _put(fitted: ViewSettings) -> None:
    for name, value in asdict(fitted).items():
        if st.session_state.get(name, value) != value:
            st.session_state[name] = value

"""What can be taken along from the Explore page: pictures, arrays, sound, a link, and code."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import streamlit as st

from kws_core.audio.remembered import Sound
from kws_core.explore import parts
from kws_core.explore.export import file_stem, npz
from kws_core.explore.recompute import code
from kws_core.explore.settings import ViewSettings
from kws_core.ui.clip.current_clip import ChosenClip
from kws_core.ui.explore import state
from kws_core.ui.explore.views import PICTURE_FORMAT, selection_of

_FORMATS: Final = {"png": "PNG", "svg": "SVG"}


def show_export(
    chosen: ChosenClip, sound: Sound, settings: ViewSettings, query: dict[str, str]
) -> None:
    """Offer everything of the views that are shown; query: the page's address stands for them."""
    shown = state.shown()
    stem = file_stem(chosen.name)
    selection = selection_of(sound, shown)
    with st.expander("Export", icon=":material/download:", key="explore_export"):
        st.markdown(
            "**Pictures**: the camera above each saves it as it is now, zoom and all, on a "
            "transparent ground."
        )
        st.segmented_control(
            "Kind of picture",
            list(_FORMATS),
            format_func=lambda name: _FORMATS[name],
            default="png",
            key=PICTURE_FORMAT,
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        st.markdown("**Data**: the clip, and the arrays of all views with their settings.")
        with st.container(horizontal=True):
            st.download_button(
                "Clip as WAV",
                parts.wav_of(sound),
                f"{stem}.wav",
                "audio/wav",
                icon=":material/graphic_eq:",
                on_click="ignore",
                key="explore_wav",
            )
            st.download_button(
                "Arrays as NPZ",
                lambda: npz(sound, settings, shown, selection),
                f"{stem}.npz",
                "application/octet-stream",
                icon=":material/data_array:",
                on_click="ignore",
                key="explore_npz",
            )
        if chosen.source == "sample":
            st.markdown("**Link**: opens the same views of the same clip.")
        else:
            st.markdown("**Link**: opens the same views; the recording itself is not in it.")
        st.code(_address(query), language=None, wrap_lines=True)
        st.markdown("**Code**: computes the same arrays with this project's library.")
        st.code(code(shown.views, settings, shown, selection, f"{stem}.wav"), language="python")


def _address(query: dict[str, str]) -> str:
    page = (st.context.url or "").partition("?")[0]
    return f"{page}?{urlencode(query, safe=',')}" if query else page or "?"

"""What can be taken along from the Explore page: pictures, arrays, sound, a link, and code."""

from __future__ import annotations

from functools import partial
from typing import Final

import streamlit as st

from kws_core.audio.remembered import Sound
from kws_core.explore.code import LIBRARIES, code
from kws_core.explore.export import file_stem, npz, wav_of
from kws_core.explore.settings import ViewSettings
from kws_core.ui.clip import page_address
from kws_core.ui.clip.current_clip import ChosenClip
from kws_core.ui.explore import state
from kws_core.ui.explore.views import CHART_FORMAT
from kws_core.ui.shared.download import download

_FORMATS: Final = {"png": "PNG", "svg": "SVG"}


def show_export(chosen: ChosenClip, sound: Sound, settings: ViewSettings) -> None:
    """Offer everything of the views that are shown."""
    views = state.views()
    stem = file_stem(chosen.name)
    query = state.write_link()
    with st.expander("Export", icon=":material/download:", key="explore_export"):
        st.markdown(
            "**Charts**: the camera button saves the chart as shown, with a transparent background."
        )
        st.segmented_control(
            "File format of charts",
            list(_FORMATS),
            format_func=lambda name: _FORMATS[name],
            default="png",
            key=CHART_FORMAT,
            required=True,
            label_visibility="collapsed",
            persist_state="session",
        )
        st.markdown("**Data**: the clip, and the arrays of all views shown, with their settings.")
        with st.container(horizontal=True):
            download("Clip as WAV", lambda: wav_of(sound), f"{stem}.wav", key="explore_wav")
            arrays = partial(npz, sound, settings, views)
            download("Arrays as NPZ", arrays, f"{stem}.npz", key="explore_npz")
        own = "" if chosen.source == "sample" else "; the recording itself is not in it"
        st.markdown(f"**Link**: opens the same views and settings{own}.")
        st.code(page_address.full(query), language=None, wrap_lines=True)
        st.markdown("**Code**: Python that computes the views shown, with this library or others.")
        for tab, library in zip(st.tabs(list(LIBRARIES)), LIBRARIES, strict=True):
            tab.code(code(library, views, sound, settings, f"{stem}.wav"), language="python")

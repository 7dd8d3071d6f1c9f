""" "Your room": the errors of the detector where it stands, measured by the visitor."""

from __future__ import annotations

from functools import partial

import streamlit as st

from kws_core.live import Listener
from kws_core.room import AlarmCount, PromptTest, files
from kws_core.ui.live import room_state
from kws_core.ui.live import room_texts as texts
from kws_core.ui.live.room_count import show_count
from kws_core.ui.live.room_prompts import show_prompts
from kws_core.ui.live.room_threshold import show_threshold
from kws_core.ui.shared.download import download


def show_room(listener: Listener, *, runs: bool) -> None:
    """Offer both tests, what follows from them, and their files; runs: something is heard."""
    st.header(texts.ROOM, anchor=False, help=texts.ROOM_HELP)
    count, say, threshold = st.tabs(texts.TABS, key="live_room_tabs")
    with count:
        show_count(listener, runs=runs)
    with say:
        show_prompts(listener, runs=runs)
    with threshold:
        show_threshold(listener, runs=runs)
    found = room_state.count(), room_state.prompts()
    if found != (None, None):
        _downloads(listener, *found)


def _downloads(listener: Listener, count: AlarmCount | None, prompts: PromptTest | None) -> None:
    kinds = (
        (texts.ZIP, files.as_zip, "your-room.zip"),
        (texts.CSV, files.curve_csv, "your-room.csv"),
        (texts.JSON, files.as_json, "your-room.json"),
    )
    with st.container(horizontal=True):
        for label, make, name in kinds:
            key = f"live_room_{name.rpartition('.')[2]}"
            download(label, partial(make, count, prompts), name, key=key)
        st.button(
            texts.DELETE,
            icon=":material/delete:",
            help=texts.DELETE_HELP,
            on_click=room_state.delete,
            args=(listener,),
            key="live_room_delete",
        )

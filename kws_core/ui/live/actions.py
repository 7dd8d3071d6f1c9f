"""Pause, and a look at the last seconds on the other pages."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.live import Listener
from kws_core.ui.clip import current_clip

_PAGES: Final = {"Recognise": "pages/1_Recognise.py", "Explore": "pages/2_Explore.py"}
_LEAST_S: Final = 1.0  # of sound worth a look


def show_actions(listener: Listener, *, is_open: bool) -> None:
    """Offer pause while something runs (`is_open`), and the last seconds for other pages."""
    with st.container(horizontal=True, key="live_actions"):
        _pause(listener, is_open)
        for page, script in _PAGES.items():
            if st.button(
                f"Last {listener.hearing.settings.history:g} s in {page}",
                icon=":material/replay:",
                disabled=not is_open and listener.hearing.duration < _LEAST_S,
                help="What was just heard becomes the clip of all pages.",
                key=f"live_replay_{page.lower()}",
            ):
                _take_along(listener, script)


def _pause(listener: Listener, is_open: bool) -> None:
    if listener.paused:
        st.button(
            "Go on", icon=":material/play_arrow:", on_click=listener.resume, key="live_resume"
        )
    else:
        st.button(
            "Pause",
            icon=":material/pause:",
            on_click=listener.pause,
            disabled=not is_open,
            key="live_pause",
        )


def _take_along(listener: Listener, script: str) -> None:
    """Make the last seconds the current clip, and go to a page that shows it."""
    samples = listener.hearing.samples
    if len(samples) < _LEAST_S * SAMPLE_RATE:
        st.info("There is less than a second of sound yet.", icon=":material/info:")
        return
    name = f"Live, last {len(samples) / SAMPLE_RATE:.0f} s"
    current_clip.take("record", name, to_wav(samples, SAMPLE_RATE))
    failure = current_clip.failure_of("record")
    if failure is None:
        current_clip.choose_source("record")
        st.switch_page(script)
    current_clip.withdraw("record")
    st.error(failure, icon=":material/error:")

"""Pause, and a look at the last seconds on the other pages."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.live import Listener
from kws_core.ui.clip import current_clip
from kws_core.ui.live import texts

_PAGES: Final = {"Recognise": "pages/1_Recognise.py", "Explore": "pages/2_Explore.py"}
_TARGET: Final = "live_leaving_for"  # script of the page to go to, and parameters of its address
_CALM: Final = "live_leaving_calm"  # whether the browser has stopped the timers of this page
_FAILURE: Final = "live_leaving_failure"  # why the last seconds can't be looked at
_LEAST_S: Final = 1.0  # of sound worth a look

_departure = st.components.v2.component(
    "kws_core.live_departure",
    js="""
export default function mount({ setTriggerValue }) {
  setTriggerValue("calm", true);
}
""",
)


def leave_if_asked() -> bool:
    """Go to the page that was asked for, once no timer of this page runs in the browser.

    A timer that reaches the server after the switch runs a fragment of this page, and Streamlit
    then drops the other page: it stays empty. So a first run, in which nothing may run on a timer,
    asks the browser for another one, and that one switches. Returns whether this is the first.
    """
    target: tuple[str, dict[str, str]] | None = st.session_state.get(_TARGET)
    if target is None:
        return False
    if st.session_state.pop(_CALM, False):
        del st.session_state[_TARGET]
        st.switch_page(target[0], query_params=target[1])
    _departure(key="live_departure", on_calm_change=_set_calm)
    return True


def ask_to_leave(script: str, **query: str) -> None:
    """Let `leave_if_asked` go to a page, by its script, with parameters in its address."""
    st.session_state[_TARGET] = script, query
    st.session_state.pop(_CALM, None)


def has_enough(listener: Listener) -> bool:
    """Whether there is enough sound for a look at it."""
    return listener.hearing.duration_of_run >= _LEAST_S


def show_actions(listener: Listener, *, is_open: bool) -> None:
    """Offer pause while something runs (`is_open`), and the last seconds for other pages."""
    with st.container(horizontal=True, key="live_actions"):
        _pause(listener, is_open)
        for page, script in _PAGES.items():
            st.button(
                texts.LAST_SECONDS.format(seconds=listener.hearing.settings.history, page=page),
                icon=":material/replay:",
                disabled=not has_enough(listener),
                help=texts.LAST_SECONDS_HELP,
                on_click=_take_along,
                args=(listener, script, is_open),
                key=f"live_replay_{page.lower()}",
            )
    if failure := st.session_state.pop(_FAILURE, None):
        st.error(failure, icon=":material/error:")


def _pause(listener: Listener, is_open: bool) -> None:
    if is_open and listener.paused:
        st.button(
            texts.RESUME, icon=":material/play_arrow:", on_click=listener.resume, key="live_resume"
        )
    else:
        st.button(
            texts.PAUSE,
            icon=":material/pause:",
            on_click=listener.pause,
            disabled=not is_open,
            key="live_pause",
        )


def _take_along(listener: Listener, script: str, is_open: bool) -> None:
    """Make the last seconds the current clip, and ask for a page that shows it."""
    if is_open:
        listener.pause()
    samples = listener.hearing.samples
    name = texts.LAST_SECONDS_NAME.format(seconds=len(samples) / SAMPLE_RATE)
    current_clip.take("record", name, to_wav(samples, SAMPLE_RATE))
    failure = current_clip.failure_of("record")
    if failure is None:
        current_clip.choose_source("record")
        ask_to_leave(script)
    else:
        current_clip.withdraw("record")
        st.session_state[_FAILURE] = failure


def _set_calm() -> None:
    st.session_state[_CALM] = True

"""Pause, and a look at the last seconds on the other pages."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import streamlit as st

from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.live import Listener
from kws_core.teaching.takes import takes_in
from kws_core.ui.clip import current_clip
from kws_core.ui.live import texts
from kws_core.ui.shared import taught_words

_PAGES: Final = {
    "Recognise": "pages/1_Recognise.py",
    "Explore": "pages/2_Explore.py",
    "Teach": "pages/6_Teach.py",
}
_LEAVING: Final = "live_leaving"  # the departure that was asked for
_LEAST_S: Final = 1.0  # of sound worth a look


@dataclass(frozen=True)
class Departure:
    """To which page, by its script, with which parameters in its address.

    with_sound: the last seconds go along, as the clip or as sounds to teach. is_calm: no timer of
    this page runs any more.
    """

    script: str
    query: dict[str, str] = field(default_factory=dict)
    with_sound: bool = False
    is_calm: bool = False


_departure = st.components.v2.component(
    "kws_core.live_departure",
    js="""
export default function mount({ setTriggerValue }) {
  setTriggerValue("calm", true);
}
""",
)


def is_leaving() -> bool:
    """Whether another page was asked for: nothing may run on a timer then (`leave`)."""
    return _LEAVING in st.session_state


def leave(listener: Listener) -> None:
    """Go to the page that was asked for, once no timer of this page runs in the browser.

    A timer that reaches the server after the switch runs a fragment of this page, and Streamlit
    then drops the other page: it stays empty. So a first run, in which nothing may run on a timer,
    asks the browser for another one, and that one switches. It asks at the end of the page: an
    element before others makes the browser draw those anew, and they send messages of this page.
    """
    departure: Departure = st.session_state[_LEAVING]
    if not departure.is_calm:
        _departure(key="live_departure", on_calm_change=_set_calm)
        return
    failure = None
    if departure.with_sound:
        teaches = departure.script == _PAGES["Teach"]
        failure = _take_sounds_along(listener) if teaches else _take_along(listener)
    del st.session_state[_LEAVING]
    if failure is None:
        st.switch_page(departure.script, query_params=departure.query)
    st.error(failure, icon=":material/error:")


def ask_to_leave(script: str, **query: str) -> None:
    """Let `leave` go to a page, by its script, with parameters in its address."""
    st.session_state[_LEAVING] = Departure(script, query)


def has_enough(listener: Listener, *, is_open: bool) -> bool:
    """Whether there is enough sound for a look: of what `is_open`, or else of the run before."""
    if is_open and not listener.has_begun:
        return False
    return listener.hearing.duration_of_run >= _LEAST_S


def show_actions(listener: Listener, *, is_open: bool, enough: bool) -> None:
    """Offer pause while something `is_open`, and, if `enough`, the last seconds elsewhere."""
    with st.container(horizontal=True, key="live_actions"):
        _pause(listener, is_open)
        for page, script in _PAGES.items():
            st.button(
                texts.LAST_SECONDS.format(seconds=listener.hearing.settings.history, page=page),
                icon=":material/replay:",
                disabled=not enough,
                help=texts.SOUNDS_HELP if page == "Teach" else texts.LAST_SECONDS_HELP,
                on_click=_leave,
                args=(listener, script, is_open),
                key=f"live_replay_{page.lower()}",
            )


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


def _leave(listener: Listener, script: str, is_open: bool) -> None:
    """Ask for the page of a script, to look at the last seconds there.

    Nothing that takes a while: the next message of the page would cut this off, and the press is
    lost.
    """
    if is_open:
        listener.pause()
    st.session_state[_LEAVING] = Departure(script, with_sound=True)


def _take_along(listener: Listener) -> str | None:
    """Make the last seconds the current clip; returns why that can't be done, if so."""
    samples = listener.hearing.samples
    name = texts.LAST_SECONDS_NAME.format(seconds=len(samples) / SAMPLE_RATE)
    current_clip.take("record", name, to_wav(samples, SAMPLE_RATE))
    failure = current_clip.failure_of("record")
    if failure is None:
        current_clip.choose_source("record")
    else:
        current_clip.withdraw("record")
    return failure


def _take_sounds_along(listener: Listener) -> str | None:
    """Hand the sounds of the last seconds to Teach; returns why that can't be done, if so."""
    found = takes_in(listener.hearing.samples, SAMPLE_RATE)
    taught_words.hand_over(found)
    return None if found else texts.NO_SOUNDS


def _set_calm() -> None:
    st.session_state[_LEAVING] = replace(st.session_state[_LEAVING], is_calm=True)

"""Sample recordings, for those without a microphone."""

from __future__ import annotations

import base64

import streamlit as st

from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.live import Listener
from kws_core.live.programmes import PROGRAMMES
from kws_core.ui.live import state, texts
from kws_core.ui.shared.component import component
from kws_core.ui.shared.seeded import seeded

_sound = component(__file__, "sound", '<audio preload="auto"></audio>')


def sample_card(listener: Listener) -> None:
    """Offer the samples, and play the chosen one to the detector and to the person."""
    with st.container(border=True, height="stretch"):
        st.markdown(texts.SAMPLE)
        seeded(
            st.pills,
            texts.SAMPLE_LABEL,
            list(PROGRAMMES),
            key="live_programme",
            value=state.programme(),
            put=lambda name: _choose(listener, name),
            format_func=lambda name: PROGRAMMES[name].title,
            required=True,
            label_visibility="collapsed",
        )
        buttons = st.container(horizontal=True, vertical_alignment="center")
        st.caption(_content(state.programme()))
        with st.container():  # of its own, for what says that the sample is being prepared
            state.play_what_was_asked()
        with buttons:
            if listener.is_playing:
                st.button(
                    texts.STOP,
                    icon=":material/stop:",
                    on_click=listener.stop_playing,
                    key="live_stop",
                )
            else:
                st.button(
                    texts.PLAY,
                    icon=":material/play_arrow:",
                    type="primary",
                    on_click=_play,
                    key="live_play",
                )
            st.toggle(texts.SOUND, value=True, key="live_sound", persist_state="session")


def _choose(listener: Listener, name: str) -> None:
    if listener.is_playing:
        state.ask_to_play(name)
    else:
        state.choose_programme(name)


def _play() -> None:
    state.ask_to_play(state.programme())


def _content(name: str) -> str:
    words = PROGRAMMES[name].words
    return texts.SAMPLE_WORDS.format(words=", ".join(words)) if words else texts.SAMPLE_EMPTY


def play_aloud(listener: Listener) -> None:
    """Let the browser play what the detector hears, at the same time."""
    name = state.programme()
    if not listener.is_playing:
        _sound(key="live_sound_player", data={"run": None})
        return
    wav = to_wav(state.programme_sound(name), SAMPLE_RATE)
    data = {
        "run": listener.n_played,
        "wav": base64.b64encode(wav).decode("ascii"),
        "from": round(listener.position, 2),
        "paused": listener.paused,
        "muted": not st.session_state["live_sound"],
    }
    _sound(key="live_sound_player", data=data)

"""The microphone over WebRTC: every frame goes to the listener, nothing comes back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import streamlit as st
from streamlit_webrtc import WebRtcMode, create_audio_sink_track, webrtc_streamer
from streamlit_webrtc.webrtc import SignallingTimeoutError

from kws_core.errors import SettingsError
from kws_core.live import Listener
from kws_core.live.connection import Link
from kws_core.live.frames import samples_of
from kws_core.live.ice import IceServer, has_relay, ice_servers
from kws_core.ui.live import texts
from kws_core.ui.shared.messages import MICROPHONE_HELP, can_have_microphone
from kws_core.ui.shared.microphone_problem import microphone_problem
from kws_core.ui.shared.page import visit

_KEY: Final = "live_microphone"
_SINCE: Final = "live_connection_since"
_VISIT: Final = "live_microphone_visit"
_LONG_AGO: Final = -2  # as the number of a run: more than one has ended since
# What browsers do to make calls pleasant changes what the model hears.
_CONSTRAINTS: Final = {
    "audio": {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False},
    "video": False,
}


class Microphone:
    """The connection as a run of the page found it."""

    def __init__(self, *, connecting: bool, connected: bool, relayed: bool) -> None:
        self.is_open = connecting or connected
        self._connecting = connecting
        self._relayed = relayed
        kept: tuple[tuple[bool, bool], float] | None = st.session_state.get(_SINCE)
        state = connecting, connected
        if kept is None or kept[0] != state:
            kept = st.session_state[_SINCE] = state, time.monotonic()
        self._since = kept[1]

    def link(self, listener: Listener) -> Link:
        """Return how the connection is now."""
        if not self.is_open or listener.is_playing or listener.paused:
            return Link()
        seconds = time.monotonic() - self._since
        local = is_local(st.context.url)
        if self._connecting:
            return Link(connecting=seconds, relayed=self._relayed, local=local)
        health = listener.health
        return Link(
            connected=seconds,
            since_frame=health.since_frame,
            late=health.late,
            behind=health.behind,
            lost=health.lost_share,
            relayed=self._relayed,
            local=local,
        )


def microphone_card(listener: Listener) -> Microphone:
    """Offer the microphone, with help where it can't be used."""
    with st.container(border=True, height="stretch"):
        st.markdown(texts.MICROPHONE)
        if not can_have_microphone(st.context.url):
            st.warning(texts.INSECURE, icon=":material/no_encryption:")
            return Microphone(connecting=False, connected=False, relayed=False)
        servers = _servers()
        _tell_stay_from_return()
        try:
            context = webrtc_streamer(
                key=_KEY,
                mode=WebRtcMode.SENDONLY,
                rtc_configuration={"iceServers": servers},
                media_stream_constraints=_CONSTRAINTS,
                sink_audio_track=create_audio_sink_track(_deliver_to(listener), key="live_sink"),
                on_change=listener.begin_stream,
                sendback_audio=False,
                audio_html_attrs={"style": {"display": "none"}},
                translations={
                    "start": texts.START,
                    "stop": texts.STOP_MICROPHONE,
                    "select_device": texts.SELECT_DEVICE,
                },
            )
        except SignallingTimeoutError:
            raise SettingsError(texts.NO_CONNECTION) from None
        microphone_problem("live_microphone_problem", texts.WITHOUT_MICROPHONE)
        with st.popover("Microphone not working?", type="tertiary", icon=":material/mic_off:"):
            st.markdown(
                MICROPHONE_HELP.replace("or an uploaded recording ", "") + texts.CONNECTION_HELP
            )
    state = context.state
    return Microphone(
        connecting=state.signalling and not state.playing,
        connected=state.playing,
        relayed=has_relay(servers),
    )


def _tell_stay_from_return() -> None:
    """Let a connection be kept while the page is, and be given up once another one was opened.

    streamlit-webrtc gives it up when it finds that more than one run of the session has ended since
    the run that showed it last. But a run ends for it when the browser is told so, and a busy
    server may tell of two at once: the microphone would fall silent in the middle of a visit, for
    good. Whether the page was left is known here.
    """
    connection = st.session_state.get(_KEY)
    if connection is not None:
        stayed = st.session_state.get(_VISIT) == visit()
        connection._last_rendered_run_count = None if stayed else _LONG_AGO
    st.session_state[_VISIT] = visit()


def _deliver_to(listener: Listener) -> Callable[[Any], None]:
    """Return what takes each frame from the server's event loop: it must not wait for anything."""

    def deliver(frame: Any) -> None:
        listener.put(*samples_of(frame))

    return deliver


def _servers() -> list[IceServer]:
    try:
        return ice_servers(_secrets(), os.environ, local=is_local(st.context.url))
    except SettingsError as error:
        st.warning(texts.NO_ICE_SERVERS.format(error=error), icon=":material/warning:")
        return []


def is_local(url: str | None) -> bool:
    """Whether browser and server are the same computer; unknown addresses are."""
    host = urlsplit(url or "").hostname or "localhost"
    return host in ("localhost", "::1") or host.startswith("127.")


def _secrets() -> Mapping[str, Any]:
    return st.secrets if st.secrets.load_if_toml_exists() else {}

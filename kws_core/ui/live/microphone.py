"""The microphone, over WebRTC: every frame goes to the listener, nothing comes back."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
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
from kws_core.ui.shared.messages import MICROPHONE_HELP, can_have_microphone
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

INSECURE: Final = (
    "This page was opened at an address that is neither https:// nor localhost, so the browser "
    "will not give it a microphone. Open it at a secure address, or play the sample recording."
)
# Told by the browser itself as soon as it knows, without a run of the page.
_PROBLEMS: Final = {
    "denied": "The microphone is blocked for this page. Select the icon to the left of the page's "
    "address, allow the microphone, and reload the page. Or play the sample recording.",
    "absent": "The browser finds no microphone. Plug one in or switch it on, check that the "
    "computer's sound settings list it, and select Start. Or play the sample recording.",
}
_CONNECTION_HELP: Final = """
- **Start does nothing, or stops again?** The sound goes to the server over WebRTC, which some
  networks block. Try another network. Whoever runs this app can set up a TURN server for them.
"""

_problems = st.components.v2.component(
    "kws_core.live_microphone",
    html='<p role="alert" hidden></p>',
    css="p { background: color-mix(in srgb, var(--st-yellow-color) 18%, transparent);"
    " border-radius: var(--st-base-radius); color: var(--st-text-color);"
    " font-family: var(--st-font); font-size: 0.875rem; line-height: 1.4; margin: 0;"
    " padding: 0.75rem; }",
    js=(Path(__file__).parent / "microphone.js").read_text(encoding="utf-8"),
)


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
        if self._connecting:
            return Link(connecting=seconds, relayed=self._relayed, local=is_local(st.context.url))
        health = listener.health
        return Link(
            connected=seconds,
            since_frame=health.since_frame,
            late=health.late,
            behind=health.behind,
            lost=health.lost_share,
            relayed=self._relayed,
        )


def microphone_card(listener: Listener) -> Microphone:
    """Offer the microphone, with help where it can't be used."""
    with st.container(border=True, height="stretch"):
        st.markdown("**Your microphone**, for as long as you like.")
        if not can_have_microphone(st.context.url):
            st.warning(INSECURE, icon=":material/no_encryption:")
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
                translations={"start": "Start", "stop": "Stop", "select_device": "Choose device"},
            )
        except SignallingTimeoutError:
            raise SettingsError(
                "The connection to the microphone could not be set up. Reload the page and try "
                "again, or play the sample recording."
            ) from None
        _problems(key="live_microphone_problems", data=_PROBLEMS)
        with st.popover("Microphone not working?", type="tertiary", icon=":material/mic_off:"):
            st.markdown(MICROPHONE_HELP.replace("or an uploaded recording ", "") + _CONNECTION_HELP)
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
        st.warning(f"{error} Until then, none is used.", icon=":material/warning:")
        return []


def is_local(url: str | None) -> bool:
    """Whether browser and server are the same computer; unknown addresses are."""
    host = urlsplit(url or "").hostname or "localhost"
    return host in ("localhost", "::1") or host.startswith("127.")


def _secrets() -> Mapping[str, Any]:
    return st.secrets if st.secrets.load_if_toml_exists() else {}

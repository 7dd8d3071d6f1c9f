"""The microphone: over WebRTC or over a WebSocket, whichever gets through."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import streamlit as st
from streamlit_webrtc.webrtc import SignallingTimeoutError

from kws_core.errors import SettingsError
from kws_core.live import Listener
from kws_core.live.connection import Link, Way, gives_up, usual_way
from kws_core.live.ice import IceServer, has_relay, ice_servers
from kws_core.server import Line
from kws_core.ui.live import texts
from kws_core.ui.live.webrtc import end_webrtc, webrtc_microphone
from kws_core.ui.live.websocket import start_by_itself, websocket_microphone
from kws_core.ui.shared.messages import MICROPHONE_HELP, can_have_microphone

_SINCE: Final = "live_connection_since"
_CHOSEN: Final = "live_way_kept"  # the way that a person chose; None: whichever gets through
_FAILED: Final = "live_webrtc_failed_kept"  # whether WebRTC did not connect in this session
_CHOICE: Final = "live_way"


@dataclass
class _Since:
    """Since when the connection is as it is (by time.monotonic), and whether sound came since."""

    state: tuple[Way, bool, bool]
    at: float
    heard: bool = False


class Microphone:
    """The connection as a run of the page found it. line: of a WebSocket."""

    def __init__(
        self,
        way: Way,
        *,
        connecting: bool = False,
        connected: bool = False,
        relayed: bool = False,
        line: Line | None = None,
    ) -> None:
        self.way = way
        self.line = line
        self.is_open = connecting or connected
        self._connecting = connecting
        self._relayed = relayed
        kept: _Since | None = st.session_state.get(_SINCE)
        if kept is None or kept.state != (way, connecting, connected):
            kept = _Since((way, connecting, connected), time.monotonic())
            st.session_state[_SINCE] = kept
        self._since = kept

    def link(self, listener: Listener) -> Link:
        """Return how the connection is now."""
        if not self.is_open or listener.is_playing or listener.paused:
            self._since.at = time.monotonic()  # nothing is to come meanwhile
            return Link()
        if self.line is not None and self.line.is_asleep:
            return Link()  # the page says that the microphone is silent
        seconds, connecting = time.monotonic() - self._since.at, self._connecting
        if self.line is not None:
            since, connecting = self.line.connected_since, not self.line.is_connected
            seconds = seconds if since is None else time.monotonic() - since
        local = is_local(st.context.url)
        if connecting:
            return Link(self.way, connecting=seconds, relayed=self._relayed, local=local)
        health = listener.health
        self._since.heard |= health.since_frame is not None
        return Link(
            self.way,
            connected=seconds,
            since_frame=health.since_frame,
            heard=self._since.heard,
            late=health.late,
            behind=health.behind,
            lost=health.lost_share,
            relayed=self._relayed,
            local=local,
        )

    def falls_back(self, listener: Listener) -> bool:
        """Whether WebRTC doesn't get through: the microphone then starts over the WebSocket."""
        if _chosen() is not None or not gives_up(self.link(listener)):
            return False
        _fall_back()
        return True


def microphone_card(listener: Listener) -> Microphone:
    """Offer the microphone, with help where it can't be used."""
    with st.container(border=True, height="stretch"):
        st.markdown(texts.MICROPHONE)
        if not can_have_microphone(st.context.url):
            st.warning(texts.INSECURE, icon=":material/no_encryption:")
            return Microphone("websocket")
        servers = _servers()
        way = _chosen() or usual_way(
            local=is_local(st.context.url),
            has_servers=bool(servers),
            failed=st.session_state.get(_FAILED, False),
        )
        with st.container(key=f"live_{way}_place"):
            microphone = _webrtc(listener, servers) if way == "webrtc" else _websocket(listener)
        with st.popover("Microphone not working?", type="tertiary", icon=":material/mic_off:"):
            st.markdown(
                MICROPHONE_HELP.replace("or an uploaded recording ", "") + texts.CONNECTION_HELP
            )
    return microphone


def way_choice() -> None:
    """Let a person choose how the sound gets to the server."""
    st.session_state[_CHOICE] = _chosen() or "auto"
    st.segmented_control(
        texts.WAY_CHOICE,
        list(texts.WAYS),
        format_func=lambda way: texts.WAYS[way],
        key=_CHOICE,
        required=True,
        on_change=_choose,
        help=texts.WAY_HELP,
    )


def is_local(url: str | None) -> bool:
    """Whether browser and server are the same computer; unknown addresses are."""
    host = urlsplit(url or "").hostname or "localhost"
    return host in ("localhost", "::1") or host.startswith("127.")


def _webrtc(listener: Listener, servers: list[IceServer]) -> Microphone:
    try:
        state = webrtc_microphone(listener, servers)
    except SignallingTimeoutError:
        if _chosen() is not None:
            raise SettingsError(texts.NO_CONNECTION) from None
        _fall_back()
        st.rerun()
    return Microphone(
        "webrtc",
        connecting=state.signalling and not state.playing,
        connected=state.playing,
        relayed=has_relay(servers),
    )


def _websocket(listener: Listener) -> Microphone:
    line, is_on = websocket_microphone(listener)
    return Microphone("websocket", connecting=is_on, line=line)


def _fall_back() -> None:
    st.session_state[_FAILED] = True
    end_webrtc()
    start_by_itself()


def _chosen() -> Way | None:
    way: Way | None = st.session_state.get(_CHOSEN)
    return way


def _choose() -> None:
    way = st.session_state[_CHOICE]
    st.session_state[_CHOSEN] = None if way == "auto" else way
    st.session_state[_FAILED] = False
    if way == "websocket":
        end_webrtc()


def _servers() -> list[IceServer]:
    try:
        return ice_servers(_secrets(), os.environ, local=is_local(st.context.url))
    except SettingsError as error:
        st.warning(texts.NO_ICE_SERVERS.format(error=error), icon=":material/warning:")
        return []


def _secrets() -> Mapping[str, Any]:
    return st.secrets if st.secrets.load_if_toml_exists() else {}

"""The microphone over WebRTC: every frame goes to the listener, nothing comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st
from streamlit_webrtc import WebRtcMode, create_audio_sink_track, webrtc_streamer
from streamlit_webrtc.component import WebRtcStreamerState

from kws_core.live import Listener
from kws_core.live.frames import samples_of
from kws_core.live.ice import IceServer
from kws_core.ui.live import texts
from kws_core.ui.shared.microphone_problem import microphone_problem
from kws_core.ui.shared.page import visit

_KEY: Final = "live_microphone"
_VISIT: Final = "live_microphone_visit"
_LONG_AGO: Final = -2  # as the number of a run: more than one has ended since
# What browsers do to make calls pleasant changes what the model hears.
_CONSTRAINTS: Final = {
    "audio": {"echoCancellation": False, "noiseSuppression": False, "autoGainControl": False},
    "video": False,
}


def webrtc_microphone(listener: Listener, servers: list[IceServer]) -> WebRtcStreamerState:
    """Show the button that connects the microphone to a listener; how the connection is.

    Raises SignallingTimeoutError if the browser and the server can't agree on one.
    """
    _tell_stay_from_return()
    context = webrtc_streamer(
        key=_KEY,
        mode=WebRtcMode.SENDONLY,
        rtc_configuration={"iceServers": servers},
        media_stream_constraints=_CONSTRAINTS,
        # For the whole session: what ends with a connection is deleted from the session's state by
        # another thread, and a page that reads it then fails.
        sink_audio_track=create_audio_sink_track(
            _deliver_to(listener), key="live_sink", lifecycle_scope="streamlit-session"
        ),
        on_change=listener.begin_stream,
        sendback_audio=False,
        audio_html_attrs={"style": {"display": "none"}},
        translations={
            "start": texts.START,
            "stop": texts.STOP_MICROPHONE,
            "select_device": texts.SELECT_DEVICE,
        },
    )
    microphone_problem("live_microphone_problem", texts.WITHOUT_MICROPHONE)
    state: WebRtcStreamerState = context.state
    return state


def end_webrtc() -> None:
    """Give up a connection; the next one begins as on a first visit."""
    st.session_state.pop(_VISIT, None)
    connection = st.session_state.get(_KEY)
    worker = connection._get_worker() if connection is not None else None
    if worker is not None:
        worker.stop()


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

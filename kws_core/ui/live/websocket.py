"""The microphone over a WebSocket to the page's own server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import streamlit as st

from kws_core.live import Listener
from kws_core.server import Line
from kws_core.server.microphone import PATH, PROTOCOL
from kws_core.ui.live import texts
from kws_core.ui.live.presence import page_is_open
from kws_core.ui.shared.microphone_problem import ABSENT, CHECK, DENIED
from kws_core.ui.shared.page import visit
from kws_core.ui.shared.server import switchboard

_KEY: Final = "live_websocket"
_LINE: Final = "live_line_kept"
_TOKEN: Final = "live_token_kept"  # number of the connection it is for, and the token
_START: Final = "live_start_kept"  # number of the visit in which the microphone is to start
_PAGE: Final = "Live"  # the last part of the page's address
_HERE: Final = Path(__file__).parent

_HTML = """
<div class="microphone">
  <button type="button"></button>
  <select hidden></select>
  <p class="status" role="status" hidden></p>
  <p class="alert" role="alert" hidden></p>
</div>
"""


def _script(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


_SOURCES: Final = {name: _script(f"{name}.js") for name in ("blocks", "sender")}  # of threads
_microphone = st.components.v2.component(
    "kws_core.live_websocket",
    html=_HTML,
    css=_script("websocket.css"),
    js=f"const sources = {json.dumps(_SOURCES)};\n{CHECK}\n{_script('websocket.js')}",
)


def websocket_microphone(listener: Listener) -> tuple[Line, bool]:
    """Show the button that sends the microphone to a listener.

    Returns the line that the sound comes in on, and whether the microphone is on.
    """
    line = _line(listener)
    asked = _asked()
    if asked:
        st.session_state.pop(_START, None)
    data = {
        "path": PATH.lstrip("/"),
        "page": _PAGE,
        "protocol": PROTOCOL,
        "start": visit() if st.session_state.get(_START) == visit() else 0,
        "number": asked,
        "token": _token(line, asked),
        "texts": texts.WEBSOCKET
        | {
            "start": texts.START,
            "stop": texts.STOP_MICROPHONE,
            "device": texts.SELECT_DEVICE,
            "denied": DENIED.format(other=texts.WITHOUT_MICROPHONE),
            "absent": ABSENT.format(other=texts.WITHOUT_MICROPHONE),
        },
    }
    shown = _microphone(key=_KEY, data=data, on_asked_change=lambda: None)
    if shown.asked and not asked:
        st.rerun()  # a browser that was on before this session began, as after the server's restart
    return line, asked > 0


def start_by_itself() -> None:
    """Start the microphone at the next run of this page, without a click."""
    st.session_state[_START] = visit()


def _asked() -> int:
    """Return the number of the connection that the browser wants; 0 while the microphone is off."""
    state: Any = st.session_state.get(_KEY) or {}
    return int(state.get("asked") or 0)


def _line(listener: Listener) -> Line:
    kept: tuple[Listener, Line] | None = st.session_state.get(_LINE)
    if kept is None or kept[0] is not listener:
        kept = st.session_state[_LINE] = listener, Line(listener)
    line = kept[1]
    line.page, line.is_wanted = st.context.url, page_is_open()
    return line


def _token(line: Line, asked: int) -> str | None:
    """Return the token for the connection that the browser asks for, the same at every run."""
    if not asked:
        return None
    kept: tuple[int, str] | None = st.session_state.get(_TOKEN)
    if kept is None or kept[0] != asked:
        kept = st.session_state[_TOKEN] = asked, switchboard().token_for(line)
    return kept[1]

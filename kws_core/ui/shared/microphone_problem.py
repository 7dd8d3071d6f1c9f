"""Why the browser gives no microphone, said by the browser itself as soon as it knows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st

DENIED: Final = (
    "The microphone is blocked for this page. Select the icon to the left of the page's address, "
    "allow the microphone, and reload the page. Or {other}."
)
ABSENT: Final = (
    "The browser finds no microphone. Plug one in or switch it on, check that the computer's sound "
    "settings list it, and try again. Or {other}."
)

CHECK: Final = Path(__file__).with_name("microphone_check.js").read_text(encoding="utf-8")

_message = st.components.v2.component(
    "kws_core.microphone_problem",
    html='<p role="alert" hidden></p>',
    css="p { background: color-mix(in srgb, var(--st-yellow-color) 18%, transparent);"
    " border-radius: var(--st-base-radius); color: var(--st-text-color);"
    " font-family: var(--st-font); font-size: 0.875rem; line-height: 1.4; margin: 0;"
    " padding: 0.75rem; }",
    js=CHECK + Path(__file__).with_suffix(".js").read_text(encoding="utf-8"),
)


def microphone_problem(key: str, other: str) -> None:
    """Keep a place for the message; it takes none while all is well.

    other: what to do without a microphone, such as "play a sample".
    """
    texts = {"denied": DENIED.format(other=other), "absent": ABSENT.format(other=other)}
    _message(key=key, data=texts)

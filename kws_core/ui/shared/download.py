"""Files that are made when somebody asks for them, and stay until the browser fetches them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx


def download(
    label: str, make: Callable[[], str | bytes], file_name: str, mime: str, *, icon: str, key: str
) -> None:
    """Offer a file that `make` returns, in any thread, when the button is pressed."""
    st.download_button(
        label,
        _kept(make, file_name, mime, key),
        file_name,
        mime,
        icon=icon,
        on_click="ignore",
        key=key,
    )


def _kept(make: Callable[[], str | bytes], name: str, mime: str, key: str) -> Callable[[], bytes]:
    """Return a maker of the file that keeps it for the session until the next run of the page.

    Streamlit drops what a button made once two runs of anybody's fragments have ended: with one on
    a timer, that is sooner than a browser may fetch it.
    """
    run = get_script_run_ctx()

    def made() -> bytes:
        content = make()
        data = content.encode() if isinstance(content, str) else content
        if run is not None and runtime.exists():
            # The same file, named by its content; whose it is, Streamlit knows from the thread.
            files = runtime.get_instance().media_file_mgr
            arguments = data, mime, f"download of {key}", name, True
            thread = threading.Thread(target=files.add, args=arguments)
            add_script_run_ctx(thread, run)
            thread.start()
            thread.join()
        return data

    return made

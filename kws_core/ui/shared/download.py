"""Files that are made when somebody asks for them, and stay until the browser fetches them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Final

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import add_script_run_ctx, get_script_run_ctx

# By the ending of a file: its media type, and the Material icon of its button.
_KINDS: Final = {
    "csv": ("text/csv", "table"),
    "json": ("application/json", "data_object"),
    "kws": ("application/octet-stream", "download"),
    "npz": ("application/octet-stream", "data_array"),
    "onnx": ("application/octet-stream", "download"),
    "safetensors": ("application/octet-stream", "download"),
    "wav": ("audio/wav", "graphic_eq"),
    "zip": ("application/zip", "folder_zip"),
}


def download(
    label: str, make: Callable[[], str | bytes], file_name: str, *, key: str, **more: Any
) -> None:
    """Offer a file that `make` returns, in any thread, when the button is pressed.

    More is named as Streamlit names it, such as `help`.
    """
    mime, icon = _KINDS[file_name.rpartition(".")[2]]
    more = {"icon": f":material/{icon}:"} | more
    kept = _kept(make, file_name, mime, key)
    st.download_button(label, kept, file_name, mime, on_click="ignore", key=key, **more)


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

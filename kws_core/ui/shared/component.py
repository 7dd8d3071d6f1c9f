"""A component of our own: its style and script are files beside the module that shows it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer


def component(module: str, name: str, html: str | None = None) -> ComponentRenderer:
    """Return what shows the component of `name`.css and `name`.js, without HTML nothing to see.

    module: the path, `__file__`, of the module beside them.
    """
    style, script = (Path(module).with_name(f"{name}{end}") for end in (".css", ".js"))
    return st.components.v2.component(
        f"kws_core.{name}",
        html=html,
        css=style.read_text(encoding="utf-8") if style.exists() else ":host { display: none; }",
        js=script.read_text(encoding="utf-8"),
    )

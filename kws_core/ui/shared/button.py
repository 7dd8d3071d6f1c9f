"""Buttons that do something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st


def button(
    label: str, icon: str, act: Callable[..., None], *arguments: Any, key: str, **more: Any
) -> bool:
    """Offer to call a function, before the next run of the page; icon: the name of a Material icon.

    More is named as Streamlit names it, such as `help`. Returns whether it was pressed.
    """
    symbol = f":material/{icon}:"
    return st.button(label, icon=symbol, on_click=act, args=arguments, key=key, **more)


def quiet_button(
    label: str, icon: str, act: Callable[..., None], *arguments: Any, key: str, **more: Any
) -> bool:
    """Offer it as a text without a frame."""
    return button(label, icon, act, *arguments, key=key, type="tertiary", **more)

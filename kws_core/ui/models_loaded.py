"""The models that the Models page asks, loaded once per server."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.recognizer import Recognizer
from kws_core.ui import resources

_KEPT: Final = 4


@st.cache_resource(max_entries=_KEPT, show_spinner="Loading the model")
def _loaded(name: str) -> Recognizer:
    return Recognizer.load(name)


def recogniser(name: str) -> Recognizer:
    """The model of that name.

    Raises UnknownModelError or DamagedModelError.
    """
    usual = resources.recogniser()
    return usual if name == usual.card.name else _loaded(name)

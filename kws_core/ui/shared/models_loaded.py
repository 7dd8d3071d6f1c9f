"""The models that a person can choose, each loaded once per server."""

from __future__ import annotations

import streamlit as st

from kws_core.lab.link import MOST_MODELS
from kws_core.spotting.recognizer import CASCADE, Recognizer
from kws_core.ui.shared import resources


@st.cache_resource(max_entries=MOST_MODELS, show_spinner="Loading the model")
def _loaded(name: str) -> Recognizer:
    return Recognizer.load(name)


def model_named(name: str) -> Recognizer:
    """The model of that name.

    Raises UnknownModelError or DamagedModelError.
    """
    if name == CASCADE:
        return resources.cascade()
    usual = resources.recogniser()
    return usual if name == usual.card.name else _loaded(name)

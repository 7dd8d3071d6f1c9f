"""Which models listen on the Augment page."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kws_core.errors import ModelError
from kws_core.lab.trial import takes_log_mel
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.augment import state
from kws_core.ui.shared import resources
from kws_core.ui.shared.models_loaded import model_named
from kws_core.ui.shared.seeded import seeded


def models_popover() -> None:
    """Let a person choose who listens, where there is more than one model."""
    available = Recognizer.available()
    if len(available) < 2:
        return
    chosen = _names()
    label = chosen[0] if len(chosen) == 1 else f"{len(chosen)} models"
    with st.popover(label, icon=":material/hearing:", key="augment_models_popover"):
        st.caption("All selected models get the same sound; their answers are shown side by side.")
        seeded(
            st.pills,
            "Models that listen",
            available,
            key="augment_models",
            value=chosen,
            put=_choose,
            selection_mode="multi",
            label_visibility="collapsed",
        )


def listeners() -> list[Recognizer]:
    """The chosen models; one that can't be loaded gets a warning and is left out."""
    found = []
    for name in _names():
        try:
            found.append(model_named(name))
        except ModelError as error:
            st.warning(str(error), icon=":material/warning:")
    return found or [resources.recogniser()]


def log_mel_model(models: Sequence[Recognizer]) -> Recognizer:
    """The model whose log-mel is drawn and masked: the first that takes one.

    Raises ModelError if none does.
    """
    found = next(
        (model for model in (*models, resources.recogniser()) if takes_log_mel(model)), None
    )
    if found is None:
        raise ModelError("This page needs a model that takes a log-mel, and none does.")
    return found


def _names() -> list[str]:
    return list(state.lab().models) or [resources.recogniser().card.name]


def _choose(names: list[str]) -> None:
    state.change(models=() if names in ([], [resources.recogniser().card.name]) else tuple(names))

"""A recipe as a Python script, as JSON, and as a link."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

import streamlit as st

from kws_core.lab import Recipe, Trial
from kws_core.lab.python_code import as_python
from kws_core.ui.augment import state
from kws_core.ui.clip import page_address
from kws_core.ui.shared.download import download

_KIND: Final = "augment_export_kind"
_KINDS: Final = ("Python", "JSON", "Link")


def show_export(trial: Trial, recipes: Sequence[Recipe]) -> None:
    """Show the recipe as text that can be copied; as JSON, all `recipes`."""
    st.segmented_control(
        "As",
        _KINDS,
        default=_KINDS[0],
        key=_KIND,
        required=True,
        label_visibility="collapsed",
        persist_state="session",
    )
    sample = state.sample_name()
    match st.session_state[_KIND]:
        case "JSON":
            text = _json(recipes)
            st.caption("The comparison reads it again.")
            st.code(text, language="json")
            name = "recipes.json" if len(recipes) > 1 else "recipe.json"
            download("Download", lambda: text, name, key="augment_download")
        case "Link":
            if sample is None:
                st.caption("It opens this view; your own sound is not in it.")
            else:
                st.caption("It opens this view, with the same clip and the same draw.")
            st.code(page_address.full(state.write_link()), language=None, wrap_lines=True)
        case _:
            st.caption("It computes the same with this project's library.")
            model = (*trial.hearing, trial.log_mel_model)[0].card.name
            st.code(as_python(trial.recipe, model, sample, trial.second.start), language="python")


def _json(recipes: Sequence[Recipe]) -> str:
    values = [recipe.to_values() for recipe in recipes]
    return json.dumps(values if len(values) > 1 else values[0], indent=2, ensure_ascii=False)

"""A recipe to take along: a link, JSON, Python, and settings for training."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from kws_core.lab.export import as_python, as_training
from kws_core.lab.recipe import Recipe, as_values
from kws_core.lab.second import Second
from kws_core.ui.augment import state

_KIND: Final = "augment_export_kind"
_KINDS: Final = ("Python", "Training", "JSON", "Link")


def show_export(
    recipe: Recipe, second: Second, model: str, together: Sequence[Recipe] = ()
) -> None:
    """Show a recipe as text that can be copied.

    model: the name of the one that listens. together: the recipes that JSON has, if more.
    """
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
        case "Training":
            st.caption(
                "The nearest that training on this project's data does. It changes pictures, many "
                "at once, so some of it is done in another way, or not at all: as the comments say."
            )
            st.code(as_training(recipe), language="python")
        case "JSON":
            text = _json(together or [recipe])
            st.caption("The comparison reads it again.")
            st.code(text, language="json")
            st.download_button(
                "Download",
                text,
                "recipes.json" if len(together) > 1 else "recipe.json",
                "application/json",
                icon=":material/download:",
                on_click="ignore",
                key="augment_download",
            )
        case "Link":
            if sample is None:
                st.caption("It opens this view; your own sound is not in it.")
            else:
                st.caption("It opens this view, with the same clip and the same draw.")
            st.code(_address(state.write_link()), language=None, wrap_lines=True)
        case _:
            st.caption("It computes the same with this project's library.")
            st.code(as_python(recipe, model, sample, second.start), language="python")


def _json(recipes: Sequence[Recipe]) -> str:
    values = [as_values(recipe) for recipe in recipes]
    return json.dumps(values if len(values) > 1 else values[0], indent=2, ensure_ascii=False)


def _address(query: dict[str, str]) -> str:
    page = (st.context.url or "").partition("?")[0]
    return f"{page}?{urlencode(query)}" if query else page or "?"

"""The model card: what a model is, what it is for, where it fails, and how to take it along."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

import streamlit as st

from kws_core.models import ModelCard
from kws_core.models.onnx_export import usage_code
from kws_core.report.card import INTENDED, NOT_INTENDED, facts, how_made, is_of, limits
from kws_core.report.comparison import tested_on
from kws_core.ui.models import state, stored
from kws_core.ui.shared.messages import plain

_EXPORT: Final = "python -m kws_core export --model {name} --out {name}.onnx"


def show_card() -> None:
    """Show the card of the chosen model."""
    name, split = state.model(), state.split()
    card = stored.card(name)
    n_bytes = stored.weights_path(name).stat().st_size
    st.header("What it is", anchor=False)
    _pairs(facts(card, n_bytes))
    st.header("What it is for", anchor=False)
    st.markdown(INTENDED)
    st.markdown(NOT_INTENDED)
    _show_limits(card, split)
    _show_take_along(card)
    st.header("How it was made", anchor=False)
    _pairs(how_made(card))


def _show_limits(card: ModelCard, split: str | None) -> None:
    st.header("Who and what it works badly for", anchor=False)
    if split is None:
        st.caption(f"{card.name} has not been measured yet, so this is not known.")
        return
    figures = stored.figures(card.name, split)
    share = figures["accuracy"]
    st.markdown(
        f"Right on {share['value']:.1%} ({share['low']:.1%} to {share['high']:.1%}) of "
        f"{tested_on(figures)}; measured {figures['date']}."
    )
    if not is_of(card, figures):
        st.warning(
            "These figures are of other weights than those shipped now.", icon=":material/warning:"
        )
    st.markdown("\n".join(f"- {told}" for told in limits(figures)))


def _show_take_along(card: ModelCard) -> None:
    st.header("Take it with you", anchor=False)
    path = stored.weights_path(card.name)
    with st.container(horizontal=True):
        st.download_button(
            "Weights",
            path.read_bytes,
            path.name,
            "application/octet-stream",
            icon=":material/download:",
            on_click="ignore",
            key="models_weights",
            help="safetensors: numbers only, nothing that could run",
        )
        st.download_button(
            "Card",
            lambda: json.dumps(asdict(card), indent=2, ensure_ascii=False),
            f"{card.name}.json",
            "application/json",
            icon=":material/description:",
            on_click="ignore",
            key="models_card_json",
        )
    st.markdown("As ONNX, front end included, to use without this project:")
    st.code(_EXPORT.format(name=card.name), language="bash", wrap_lines=True)
    st.code(usage_code(card.name), language="python", wrap_lines=True)


def _pairs(pairs: list[tuple[str, str]]) -> None:
    st.markdown("\n".join(f"- **{name}**: {plain(value)}" for name, value in pairs))

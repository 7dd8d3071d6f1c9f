"""The model card: facts, intended use, limits, and files to download."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

import streamlit as st

from kws_core.models import ModelCard
from kws_core.models.onnx_export import export_onnx, missing_packages, usage_code
from kws_core.models.onnx_int8 import export_int8
from kws_core.models.store import MODEL_FOLDER, load_model
from kws_core.report.card import (
    INTENDED,
    NOT_INTENDED,
    facts,
    limits,
    measured_with_these_weights,
    origin,
)
from kws_core.report.comparison import tested_on
from kws_core.results.metrics import interval_text
from kws_core.ui.models import stored, texts
from kws_core.ui.models.sections import Subject
from kws_core.ui.models.structure import structure_by
from kws_core.ui.shared.download import download
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.models_loaded import model_named

_EXPORT: Final = "python -m kws_core export --model {name} --out {name}.onnx"


def show(subject: Subject) -> None:
    """Show the card of a model."""
    card = stored.card(subject.model)
    n_bytes = stored.weights_path(card.name).stat().st_size
    st.header("Facts", anchor=False)
    _pairs(facts(card, n_bytes, structure_by(model_named(card.name))))
    st.header("Intended use", anchor=False)
    st.markdown(f"{INTENDED} {NOT_INTENDED}")
    _show_limits(card, subject.split)
    st.header("Download", anchor=False)
    _show_files(card)
    with st.expander("Use it without this project", icon=":material/code:"):
        st.markdown(texts.TAKE_ALONG)
        st.code(_EXPORT.format(name=card.name), language="bash", wrap_lines=True)
        st.code(usage_code(card.name), language="python", wrap_lines=True)
    with st.expander("Data, licence and training", icon=":material/history:"):
        _pairs(origin(card))


def _show_limits(card: ModelCard, split: str | None) -> None:
    st.header("Limits", anchor=False)
    if split is None:
        st.caption(f"{card.name} has not been measured yet, so its limits are unknown.")
        return
    figures = stored.figures(card.name, split)
    share = figures["accuracy"]
    st.markdown(
        f"{share['value']:.1%} correct ({interval_text(share['low'], share['high'])}) on "
        f"{tested_on(figures)}; measured {figures['date']}."
    )
    if not measured_with_these_weights(card, figures):
        st.warning(texts.OLDER_WEIGHTS, icon=":material/warning:")
    st.markdown("\n".join(f"- {text}" for text in limits(figures)))


def _show_files(card: ModelCard) -> None:
    path = stored.weights_path(card.name)
    with st.container(horizontal=True):
        for label, in_8_bits, ending, about in (
            ("ONNX", False, ".onnx", texts.ONNX),
            ("ONNX int8", True, "-int8.onnx", texts.ONNX_INT8),
        ):
            download(
                label,
                partial(_onnx, card.name, card.sha256, in_8_bits),
                f"{card.name}{ending}",
                key=f"models_download_{label.lower().replace(' ', '_')}",
                help=about,
                disabled=bool(missing_packages()),
            )
        key = "models_download_weights"
        download("Weights", path.read_bytes, path.name, key=key, help=texts.WEIGHTS)
        text = json.dumps(asdict(card), indent=2, ensure_ascii=False)
        download("Card", lambda: text, f"{card.name}.json", key="models_download_card")
    if missing_packages():
        st.caption(texts.NO_ONNX)


@st.cache_resource(max_entries=4, show_spinner=False)
def _onnx(name: str, sha256: str, in_8_bits: bool = False) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.onnx"
        (export_int8 if in_8_bits else export_onnx)(load_model(name, MODEL_FOLDER), path)
        return path.read_bytes()


def _pairs(pairs: list[tuple[str, str]]) -> None:
    st.markdown("\n".join(f"- **{name}**: {plain(value)}" for name, value in pairs))

"""The structure of a model: its blocks and layers, and their outputs for the current clip."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.structure import blocks_figure, feature_figure, feature_text
from kws_core.charts.style import readable
from kws_core.models.structure import (
    FRONT_END,
    Floats,
    Layer,
    Structure,
    layer_output,
    structure_of,
)
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.clip import current_clip
from kws_core.ui.models import texts
from kws_core.ui.models.choices import choice
from kws_core.ui.models.controls import chart, downloads
from kws_core.ui.models.question import current_second, picture_of
from kws_core.ui.models.sections import Subject
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.models_loaded import model_named
from kws_core.ui.shared.tables import table

_BLOCKS: Final = "models_blocks"
_TABLE_HEIGHT: Final = 420  # pixels; a longer table is scrolled


def show(subject: Subject) -> None:
    """Show a model's structure, and the feature maps of the chosen layer."""
    model = subject.model
    listener = model_named(model)
    structure = structure_by(listener)
    n_towers = sum(block.is_first for block in structure.blocks)
    chosen: str = choice(
        "layer",
        "Layer",
        _layer_names(structure),
        widget=st.selectbox,
        index=_layer_names(structure).index(structure.blocks[0].name),
        width=280,
    )
    st.markdown(
        f"**{structure.parameters:,}** weights and **{structure.macs:,}** multiply-accumulates "
        "(MACs) for one second of sound, without the front end."
    )
    if n_towers > 1:
        st.caption(texts.TOWERS.format(n=n_towers, last=structure.blocks[-1].name))
    drawing, maps = st.columns([4, 5], gap="large")
    with drawing:
        chart(
            blocks_figure(structure, chosen),
            _BLOCKS,
            f"The network's {len(structure.blocks)} blocks; the table below has the same numbers.",
            on_select=lambda: _choose_block(structure),
            selection_mode="points",
        )
    with maps:
        _show_features(listener, chosen)
    rows = [_row(layer, structure) for layer in structure.layers]
    st.markdown("**Layers**")
    table(
        rows,
        "models_layers",
        f"The {len(rows)} layers with their outputs, weights and multiply-accumulates.",
        height=min(_TABLE_HEIGHT, 38 + 35 * len(rows)),
        column_config={
            "Layer": st.column_config.TextColumn(width=222),
            "Type": st.column_config.TextColumn(width=105),
            "Details": st.column_config.TextColumn(width=148),
            "Output": st.column_config.TextColumn(width=90),
            "Weights": st.column_config.NumberColumn(format="localized", width=70),
            "MACs": st.column_config.NumberColumn(format="localized", width=85),
            "Share of MACs": st.column_config.NumberColumn("Share", format="percent", width=60),
        },
    )
    st.caption(texts.LAYER_COLUMNS)
    downloads(model, "layers", rows=lambda: rows, content=lambda: rows)


def _show_features(listener: Recognizer, name: str) -> None:
    second, note = current_second(listener)
    values = second.recall(
        ("features", listener.card.sha256, name), lambda: _features(second, listener, name)
    )
    clip = current_clip.current()
    st.markdown(f"Output of **{name}** for **{plain(clip.name)}**")
    labels = [readable(label) for label in listener.labels]
    chart(
        feature_figure(
            values,
            labels if len(values) == len(labels) else (),
            listener.n_samples / SAMPLE_RATE,
            f"{clip.key} {name}",
        ),
        "models_features",
        f"Output of {name} for the clip: {feature_text(values)}",
    )
    st.caption(f"{feature_text(values)} {note}")


def _features(second: Any, listener: Recognizer, name: str) -> Floats:
    picture: Floats = picture_of(second, listener)
    if name == FRONT_END:
        return picture
    return layer_output(listener.loaded.network, picture, name)


def _layer_names(structure: Structure) -> list[str]:
    names = [FRONT_END, *(block.name for block in structure.blocks)]
    return list(dict.fromkeys(names + [layer.name or FRONT_END for layer in structure.layers]))


def _choose_block(structure: Structure) -> None:
    points = st.session_state[_BLOCKS].selection.points
    if points:
        number = points[0]["point_index"]
        name = structure.blocks[number - 1].name if number else FRONT_END
        st.session_state["layer"] = name


def _row(layer: Layer, structure: Structure) -> dict[str, Any]:
    return {
        "Layer": layer.name or FRONT_END,
        "Type": layer.kind,
        "Details": layer.about,
        "Output": " × ".join(f"{size:,}" for size in layer.shape),
        "Weights": layer.parameters,
        "MACs": layer.macs,
        "Share of MACs": None if layer.macs is None else layer.macs / structure.macs,
    }


def structure_by(listener: Recognizer) -> Structure:
    """Return the structure of a model, worked out once per server."""
    return _kept_structure(listener.card.sha256, listener)


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept_structure(sha256: str, _listener: Recognizer) -> Structure:
    return structure_of(_listener.loaded)

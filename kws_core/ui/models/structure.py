"""What a model is made of: its blocks, its layers, and what each makes of the current clip."""

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
from kws_core.ui.models import state
from kws_core.ui.models.controls import chart, downloads, table
from kws_core.ui.models.second import current_second, picture_of
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.models_loaded import model_named

_BLOCKS: Final = "models_blocks"
_LAYERS: Final = "models_layers"
_TABLE_HEIGHT: Final = 420  # pixels; a longer table is scrolled


def show_structure(model: str) -> None:
    """Show a model's structure, and the feature maps of the chosen layer."""
    listener = model_named(model)
    structure = _structure(listener)
    chosen = _chosen_layer(structure)
    st.markdown(
        f"**{structure.parameters:,}** weights and **{structure.macs:,}** multiply-accumulates "
        "(MACs) for one second of sound; the front end comes on top and has nothing to train."
    )
    if _towers(structure) > 1:
        st.caption(
            f"Drawn as {_towers(structure)} towers, one below the other: each gets what the front "
            "end gives (no line leads to the next one's first block), and the last block, "
            f"{structure.blocks[-1].name}, gets what all of them make of it."
        )
    drawing, maps = st.columns([4, 5], gap="large")
    with drawing:
        chart(
            blocks_figure(structure, chosen),
            _BLOCKS,
            f"The network's {len(structure.blocks)} blocks, "
            f"{'tower by tower' if _towers(structure) > 1 else 'one after the other'}; the table "
            "below has the same numbers.",
            on_select=lambda: _choose_block(structure),
            selection_mode="points",
        )
    with maps:
        _show_features(listener, chosen)
    rows = [_row(layer, structure) for layer in structure.layers]
    st.markdown("**Layers**: select one to see what it makes of the clip.")
    table(
        rows,
        _LAYERS,
        f"The {len(rows)} layers with their outputs, weights and multiply-accumulates.",
        on_select=lambda: _choose_row(structure),
        selection_mode="single-row",
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
    st.caption(
        "Output: channels × rows × frames, or numbers, for one clip. MACs are those of "
        "convolutions and matrix products; norms, gates and activations are not counted, and "
        "neither is the front end."
    )
    downloads(model, "layers", rows=lambda: rows, content=lambda: rows)


def _show_features(listener: Recognizer, name: str) -> None:
    second, told = current_second(listener)
    values = second.recall(
        ("features", listener.card.sha256, name), lambda: _features(second, listener, name)
    )
    clip = current_clip.current()
    st.markdown(f"What **{name}** makes of **{plain(clip.name)}**")
    labels = [readable(label) for label in listener.labels]
    chart(
        feature_figure(
            values,
            labels if len(values) == len(labels) else (),
            listener.n_samples / SAMPLE_RATE,
            f"{clip.key} {name}",
        ),
        "models_features",
        f"What {name} makes of the clip: {feature_text(values)}",
    )
    st.caption(f"{feature_text(values)} {told}")


def _features(second: Any, listener: Recognizer, name: str) -> Floats:
    picture: Floats = picture_of(second, listener)
    if name == FRONT_END:
        return picture
    return layer_output(listener.loaded.network, picture, name)


def _towers(structure: Structure) -> int:
    return sum(block.is_first for block in structure.blocks)


def _chosen_layer(structure: Structure) -> str:
    wanted = state.shown().layer
    names = {layer.name or FRONT_END for layer in structure.layers}
    names |= {block.name for block in structure.blocks}
    return wanted if wanted in names else structure.blocks[0].name


def _choose_block(structure: Structure) -> None:
    points = st.session_state[_BLOCKS].selection.points
    if points:
        number = points[0]["point_index"]
        state.change(layer=structure.blocks[number - 1].name if number else FRONT_END)


def _choose_row(structure: Structure) -> None:
    chosen = st.session_state[_LAYERS].selection.rows
    if chosen:
        state.change(layer=structure.layers[chosen[0]].name or FRONT_END)


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


def _structure(listener: Recognizer) -> Structure:
    return _kept_structure(listener.card.sha256, listener)


@st.cache_resource(max_entries=8, show_spinner=False)
def _kept_structure(sha256: str, _listener: Recognizer) -> Structure:
    return structure_of(_listener.loaded)

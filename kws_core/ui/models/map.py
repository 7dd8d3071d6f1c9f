"""The map of words, with the current clip placed in it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.style import percent, readable
from kws_core.report.card import is_of
from kws_core.report.word_map import (
    VIEWS,
    Placed,
    map_figure,
    map_rows,
    mapped_clips,
    neighbour_rows,
    place,
)
from kws_core.ui.clip import current_clip
from kws_core.ui.models import state, stored
from kws_core.ui.models.controls import chart, downloads, nothing_measured, split_name, table
from kws_core.ui.models.results import MOST_COLOURED
from kws_core.ui.models.second import current_second
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.models_loaded import model_named


def show_map() -> None:
    """Show the map of the chosen model, and where the current clip lies in it."""
    model, split = state.model(), state.split()
    word_map = None if split is None else stored.word_map(model, split)
    if split is None or word_map is None:
        nothing_measured(
            f"There is no map of words of {model} yet: it is made when a model is evaluated.",
            f"python -m kws_core evaluate --model {model} --data DATA",
        )
        return
    now = state.shown()
    clips = mapped_clips(word_map, stored.scores(model, split))
    with st.container(horizontal=True, vertical_alignment="center"):
        state.choice("View", "view", VIEWS)
        state.choice("Errors only", "errors", (), widget=_toggle)
    words = sorted(set(clips.said.tolist()))
    state.choice(
        "Words in colour",
        "words",
        words,
        widget=st.multiselect,
        current=[word for word in now.words if word in words],
        max_selections=MOST_COLOURED,
        placeholder="all words",
        label_visibility="collapsed",
    )
    chosen = current_clip.current()
    listener = model_named(model)
    placed = None
    if is_of(listener.card, stored.figures(model, split)):
        second, told = current_second(listener)
        window = second.samples
        embedding = second.recall(
            ("embedding", listener.card.sha256), lambda: listener.embedding(window, SAMPLE_RATE)
        )
        placed = place(word_map, embedding)
    else:
        told = "The map is of other weights than those shipped now: no clip can be placed in it."
    picture, beside = st.columns([3, 2], gap="medium")
    with picture:
        chart(
            map_figure(
                word_map,
                clips,
                now.view,
                words=now.words,
                only_errors=now.errors,
                placed=placed,
                clip_name=chosen.name,
            ),
            "models_map",
            f"{len(clips.said)} clips of {len(words)} words, by what the network makes of them.",
        )
    with beside:
        if placed is not None:
            heard = listener.classify(window, SAMPLE_RATE)
            st.markdown(
                f":material/star: **{plain(chosen.name)}**, heard as "
                f"**{readable(heard.label)}** {plain(percent(heard.score))}"
            )
            table(neighbour_rows(clips, placed), "models_neighbours", _neighbours_text(placed))
        st.caption(f"{told} {_explained(now.view, len(clips.said), split, word_map.explained)}")
    downloads(
        model,
        split,
        "map",
        now.view,
        rows=lambda: map_rows(word_map, clips, now.view),
        content=lambda: map_rows(word_map, clips, now.view),
    )


def _toggle(label: str, options: object, **more: object) -> None:
    st.toggle(label, **more)  # type: ignore[arg-type]


def _neighbours_text(placed: Placed) -> str:
    return f"The {len(placed.neighbours)} evaluated clips nearest to the current one."


def _explained(view: str, n: int, split: str, explained: npt.NDArray[np.float32]) -> str:
    told = (
        f"{n:,} clips of {split_name(split)}, as many of every word as there are; a cross is a "
        "clip that was heard wrongly. What is mapped goes into the network's last layer; "
        f"neighbours are the nearest along its first {len(explained)} principal components "
        f"({explained.sum():.0%} of the variance). "
    )
    if view == "pca":
        return told + f"The two that are drawn have {explained[:2].sum():.0%} of it."
    return told + (
        "t-SNE keeps neighbours together; distances between groups mean nothing. It has no place "
        "for new clips: the star is drawn in the middle of its five nearest neighbours."
    )

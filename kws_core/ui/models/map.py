"""The map of words, with the current clip placed in it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.style import percent, readable
from kws_core.report.card import measured_with_these_weights
from kws_core.report.word_map import (
    Projection,
    map_figure,
    map_rows,
    mapped_clips,
    neighbour_rows,
    place,
)
from kws_core.results.store import PEOPLE
from kws_core.ui.clip import current_clip
from kws_core.ui.models import stored, texts
from kws_core.ui.models.choices import choice
from kws_core.ui.models.controls import chart, downloads, nothing_measured
from kws_core.ui.models.question import current_second
from kws_core.ui.models.results import MOST_COLOURED
from kws_core.ui.models.sections import Subject
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.models_loaded import model_named
from kws_core.ui.shared.tables import table


def show(subject: Subject) -> None:
    """Show the map of a model, and the place of the current clip in it."""
    model, split = subject.model, subject.split
    word_map = None if split is None else stored.word_map(model, split)
    if split is None or word_map is None:
        nothing_measured(
            texts.NO_MAP.format(model=model),
            f"python -m kws_core evaluate --model {model} --data DATA",
        )
        return
    clips = mapped_clips(word_map, stored.scores(model, split))
    words = sorted(set(clips.said.tolist()))
    with st.container(horizontal=True, vertical_alignment="center"):
        view: Projection = choice("view", "View")
        errors = st.toggle("Errors only", key="errors", bind="query-params")
    in_colour = choice(
        "map_words",
        "Words in colour",
        words,
        widget=st.multiselect,
        max_selections=MOST_COLOURED,
        placeholder="all words",
        label_visibility="collapsed",
    )
    chosen = current_clip.current()
    listener = model_named(model)
    placed = None
    if measured_with_these_weights(listener.card, stored.figures(model, split)):
        second, note = current_second(listener)
        window = second.samples
        embedding = second.recall(
            ("embedding", listener.card.sha256), lambda: listener.embedding(window, SAMPLE_RATE)
        )
        placed = place(word_map, embedding)
    else:
        note = texts.OTHER_WEIGHTS
    picture, beside = st.columns([3, 2], gap="medium")
    with picture:
        chart(
            map_figure(
                word_map,
                clips,
                view,
                words=in_colour,
                only_errors=errors,
                placed=placed,
                clip_name=chosen.name,
            ),
            "models_map",
            f"{len(clips.said)} clips of {len(words)} words, placed by the last hidden layer.",
        )
    with beside:
        if placed is not None:
            heard = listener.classify(window, SAMPLE_RATE)
            st.markdown(
                f":material/star: **{plain(chosen.name)}**, recognised as "
                f"**{readable(heard.label)}** {plain(percent(heard.score))}"
            )
            about = f"The {len(placed.neighbours)} evaluated clips nearest to the current one."
            table(neighbour_rows(clips, placed), "models_neighbours", about)
        st.caption(f"{note} {_explained(view, len(clips.said), split, word_map.explained)}")
    downloads(
        model,
        split,
        "map",
        view,
        rows=lambda: map_rows(word_map, clips, view),
        content=lambda: map_rows(word_map, clips, view),
    )


def _explained(view: str, n: int, split: str, explained: npt.NDArray[np.float32]) -> str:
    text = texts.MAP.format(
        n=n, people=PEOPLE[split], axes=len(explained), explained=explained.sum()
    )
    return text + (texts.PCA.format(drawn=explained[:2].sum()) if view == "pca" else texts.TSNE)

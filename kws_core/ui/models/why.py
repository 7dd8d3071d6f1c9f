"""Why this word: maps of what spoke for a label, which of them to trust, and how it sounds."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import streamlit as st

from kws_core.audio.remembered import Floats
from kws_core.charts.style import percent, readable
from kws_core.explain.charts import map_figure
from kws_core.explain.masking import Baseline, baseline_of
from kws_core.explain.methods import METHODS, Method
from kws_core.explain.sanity import SEED
from kws_core.explain.wording import BASELINE_TEXTS, described, likeness_text, method_text
from kws_core.lab.second import Second
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.clip import current_clip
from kws_core.ui.models import texts
from kws_core.ui.models.choices import choice
from kws_core.ui.models.controls import chart, downloads
from kws_core.ui.models.hear import show_sound
from kws_core.ui.models.question import (
    Question,
    current_second,
    explanation,
    explanations,
    picture_of,
)
from kws_core.ui.models.sections import Subject
from kws_core.ui.models.trust import show_faithfulness
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.models_loaded import model_named

RECOGNISED: Final = ""  # the label with the best score, of whichever clip it is


def show(subject: Subject) -> None:
    """Show why a model gives a label to the current clip."""
    listener = model_named(subject.model)
    second, note = current_second(listener)
    picture = picture_of(second, listener)
    if picture.ndim != 2:
        st.info(texts.NO_PICTURE.format(model=subject.model), icon=":material/image_not_supported:")
        return
    question = _ask(listener, second, picture)
    if note:
        st.caption(f":material/content_cut: {note}")
    shown = {"maps": _show_maps, "trust": show_faithfulness, "hear": show_sound}
    shown[subject.panel](question)


def _ask(listener: Recognizer, second: Second, picture: Floats) -> Question:
    scores = second.recall(
        ("scores", listener.card.sha256), lambda: listener.posteriors_of_features(picture[None])[0]
    )
    labels = [listener.labels[i] for i in np.argsort(-scores, kind="stable").tolist()]

    def name_of(label: str) -> str:
        if label == RECOGNISED:
            return f"{readable(labels[0])}, recognised ({percent(float(scores.max()))})"
        return readable(label)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = choice(
            "label",
            "Label",
            [RECOGNISED, *labels],
            widget=st.selectbox,
            format_func=name_of,
            width=230,
        )
        baseline: Baseline = choice("baseline", "Compared with", label_visibility="visible")
    label = labels[0] if label == RECOGNISED else label
    return Question(
        listener,
        second,
        picture,
        listener.labels.index(label),
        baseline_of(picture, baseline, listener.front_end_config),
        baseline,
    )


def _show_maps(question: Question) -> None:
    listener = question.listener
    before = listener.posteriors_of_features(question.baseline[None])[0]
    best = int(before.argmax())
    st.markdown(texts.MAPS.format(model=plain(listener.card.name), word=plain(question.word)))
    names = list(METHODS)
    for pair in (names[:2], names[2:]):
        for column, method in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                _show_map(question, method)
    st.caption(
        texts.MAPS_NOTE.format(
            baseline=BASELINE_TEXTS[question.baseline_name],
            best=readable(listener.labels[best]),
            score=percent(float(before[best])),
            seed=SEED,
        )
    )
    downloads(
        listener.card.name,
        "maps",
        question.word,
        rows=lambda: _cells(question),
        content=lambda: {
            method: {"map": one.attribution.tolist(), "untrained": one.untrained.tolist()}
            for method, one in explanations(question).items()
        },
    )


def _show_map(question: Question, method: Method) -> None:
    shown = explanation(question, method)
    st.markdown(f"**{METHODS[method]}**")
    chart(
        map_figure(
            shown,
            question.picture,
            question.listener.front_end_config,
            f"{current_clip.current().key} {question.second.start}",
        ),
        f"models_why_{method}",
        described(shown, question.word),
    )
    st.caption(f"{method_text(shown)} {likeness_text(shown)}")


def _cells(question: Question) -> list[dict[str, Any]]:
    explained = explanations(question)
    return [
        {"band": band, "frame": frame}
        | {method: float(one.attribution[band, frame]) for method, one in explained.items()}
        for band, frame in np.ndindex(question.picture.shape)
    ]

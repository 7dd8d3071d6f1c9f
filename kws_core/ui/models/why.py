"""Why this word: maps of what spoke for a label, which of them to trust, and how it sounds."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import streamlit as st

from kws_core.audio.remembered import Floats
from kws_core.charts.style import percent, readable
from kws_core.explain.baselines import baseline_of
from kws_core.explain.charts import map_figure
from kws_core.explain.methods import METHODS, Method
from kws_core.explain.sanity import SEED
from kws_core.explain.wording import (
    BASELINE_NAMES,
    BASELINE_TEXTS,
    described,
    likeness_text,
    method_text,
)
from kws_core.lab.second import Second
from kws_core.report.link import Reason
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.clip import current_clip
from kws_core.ui.models import state
from kws_core.ui.models.controls import chart, downloads
from kws_core.ui.models.hear import show_sound
from kws_core.ui.models.question import Question, explanation, explanations
from kws_core.ui.models.second import current_second, picture_of
from kws_core.ui.models.trust import show_faithfulness
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.models_loaded import model_named

_REASONS: Final[dict[Reason, str]] = {
    "maps": "Maps",
    "trust": "Which to trust",
    "hear": "Hear what mattered",
}
_LABEL: Final = "models_label"


def show_why(model: str) -> None:
    """Show why a model gives a label to the current clip."""
    listener = model_named(model)
    second, told = current_second(listener)
    picture = picture_of(second, listener)
    if picture.ndim != 2:
        st.info(
            f"{model} hears the wave itself: there is no picture to point into. Choose another "
            "model.",
            icon=":material/image_not_supported:",
        )
        return
    state.choice("Why", "reason", _REASONS)
    question = _ask(listener, second, picture)
    if told:
        st.caption(f":material/content_cut: {told}")
    match state.shown().reason:
        case "maps":
            _show_maps(question)
        case "trust":
            show_faithfulness(question)
        case "hear":
            show_sound(question)


def _ask(listener: Recognizer, second: Second, picture: Floats) -> Question:
    scores = second.recall(
        ("scores", listener.card.sha256), lambda: listener.posteriors_of_features(picture[None])[0]
    )
    order = np.argsort(-scores, kind="stable").tolist()
    heard = listener.labels[order[0]]
    wanted = state.shown().label
    chosen = wanted if wanted in listener.labels else heard
    st.session_state[_LABEL] = chosen

    def choose() -> None:
        label = st.session_state[_LABEL]
        state.change(label="" if label == heard else label)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Label",
            [listener.labels[i] for i in order],
            format_func=lambda label: (
                f"{readable(label)} {percent(float(scores[listener.labels.index(label)]))}"
            ),
            key=_LABEL,
            on_change=choose,
            width=220,
        )
        state.choice(
            "Compared with",
            "baseline",
            BASELINE_NAMES,
            label_visibility="visible",
        )
    name = state.shown().baseline
    baseline = baseline_of(picture, name, listener.front_end_config)
    return Question(listener, second, picture, listener.labels.index(chosen), baseline, name)


def _show_maps(question: Question) -> None:
    listener = question.listener
    before = listener.posteriors_of_features(question.baseline[None])[0]
    best = int(before.argmax())
    st.markdown(
        f"What in the picture raises {plain(listener.card.name)}'s logit for "
        f"**{plain(question.word)}**: **orange** speaks for it, **blue** against it. Every map is "
        "coloured up to its own strongest cells."
    )
    names = list(METHODS)
    for pair in (names[:2], names[2:]):
        for column, method in zip(st.columns(2, gap="medium"), pair, strict=True):
            with column:
                _show_map(question, method)
    st.caption(
        f"The baseline: {BASELINE_TEXTS[question.baseline_name]}; the model hears it as "
        f"{readable(listener.labels[best])} ({percent(float(before[best]))}). Untrained: the same "
        f"network with its first random weights (seed {SEED}), in the cells that differ from the "
        "baseline. A map that looks the same there explains nothing; that the sizes are alike, but "
        "not the signs, is the sound itself shining through."
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

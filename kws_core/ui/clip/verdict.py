"""The answer in large type, and the scores behind it."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Final

import streamlit as st

from kws_core.audio.clip import Clip
from kws_core.charts.scores import best_scores, describe_scores, scores_figure
from kws_core.charts.style import percent, readable
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.spotting.prediction import Prediction
from kws_core.ui.clip import texts
from kws_core.ui.clip.found import found_words
from kws_core.ui.clip.heard import Heard
from kws_core.ui.shared.chart import plain_chart
from kws_core.ui.shared.messages import plain

SURE_FROM: Final = 0.6  # below, a score is no answer
SHOWN_SCORES: Final = 5
NEARLY_SILENT_DB: Final = -45.0  # the peak of a clip in which no speech can be expected

_HIDDEN: Final = (
    "position: absolute; width: 1px; height: 1px; clip-path: inset(50%); overflow: hidden; "
    "white-space: nowrap"
)


def show_verdict(heard: Heard, clip: Clip, player_key: str) -> None:
    """Show the answer in large type: a word, several, or in plain words why there is none."""
    labels = found_labels(heard)
    peak = 20 * math.log10(max(clip.peak, 1e-5)) - clip.gain_db
    if not labels and peak < NEARLY_SILENT_DB:
        _large(texts.TOO_QUIET)
        st.markdown(texts.TOO_QUIET_ADVICE.format(peak=peak).replace("-", "−"))
    elif heard.is_single:
        if heard.prediction is not None:
            _one_window(heard.prediction)
    elif len(labels) == 1:
        word = heard.words[0]
        _large(word.label, word.score if heard.prediction is None else heard.prediction.score)
        st.markdown(texts.FROM.format(start=word.start, end=word.end))
    elif labels:
        _large(texts.SEVERAL.format(n=len(labels)), listed=labels)
        found_words(heard.words, player_key)
    else:
        _large(texts.NO_WORD)
        st.markdown(texts.NO_WORD_ADVICE)


def found_labels(heard: Heard) -> tuple[str, ...]:
    """Return the words that are the answer for a clip, in order; none where it is unsure."""
    prediction = heard.prediction
    if not heard.is_single:
        return tuple(word.label for word in heard.words)
    sure = prediction is not None and prediction.is_word and prediction.score >= SURE_FROM
    return (prediction.label,) if prediction is not None and sure else ()


def _one_window(prediction: Prediction) -> None:
    if prediction.score >= SURE_FROM and prediction.is_word:
        _large(prediction.label, prediction.score)
    elif prediction.label == SILENCE:
        _large(texts.SILENCE)
        st.markdown(texts.SILENCE_ADVICE)
    else:
        _large(texts.NOT_SURE)
        st.markdown(_perhaps(prediction))


def _perhaps(prediction: Prediction) -> str:
    first, second, *_ = [
        f"**{plain(label)}** ({plain(percent(score))})"
        for label, score in best_scores(prediction.scores, len(prediction.scores))
        if label not in (SILENCE, UNKNOWN)
    ]
    text = texts.UNKNOWN_WORD if prediction.label == UNKNOWN else texts.PERHAPS
    return text.format(first=first, second=second)


def _large(text: str, score: float | None = None, listed: Sequence[str] = ()) -> None:
    """Write in large type, larger than a heading and none of the page's outline.

    A screen reader says it when it changes, with the words in `listed`.
    """
    style = "font-size: clamp(2.5rem, 5vw, 3.5rem); font-weight: 700; line-height: 1.1; margin: 0"
    beside = ""
    if score is not None:
        small = "font-size: 1.5rem; font-weight: 400; white-space: nowrap"
        beside = f' <span style="{small}">{html.escape(percent(score))}</span>'
    if listed:
        beside += f'<span style="{_HIDDEN}">: {html.escape(", ".join(listed))}</span>'
    st.html(f'<p role="status" style="{style}">{html.escape(text)}{beside}</p>')


def show_scores(prediction: Prediction, note: str = "") -> None:
    """Show the best labels as bars, with a note below them."""
    others = [readable(label) for label in (SILENCE, UNKNOWN) if label in prediction.scores]
    n_words = len(prediction.scores) - len(others)
    named = " and ".join(f"'{label}'" for label in others)
    st.markdown(texts.SCORES.format(n=SHOWN_SCORES, words=n_words, others=named))
    plain_chart(
        scores_figure(prediction.scores, SHOWN_SCORES),
        "clip_scores",
        describe_scores(prediction.scores, SHOWN_SCORES),
    )
    if note:
        st.caption(note)

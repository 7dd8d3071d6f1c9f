"""The answer in large type, and the scores behind it."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

import streamlit as st

from kws_core.charts.scores import best_scores, describe_scores, scores_figure
from kws_core.charts.style import percent, readable
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.spotting.finder import Word
from kws_core.spotting.recognizer import Prediction
from kws_core.ui.clip.heard import Heard
from kws_core.ui.shared.messages import plain

SURE_FROM: Final = 0.6  # below, a score is no answer
SHOWN_SCORES: Final = 5
MOST_TILES: Final = 16  # more words are easier to read in a table

_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


def show_verdict(heard: Heard) -> None:
    """Show what was heard in large type: a word, several, or in plain words why there is none."""
    if heard.is_single:
        if heard.prediction is not None:
            _one_window(heard.prediction)
    elif len(heard.words) == 1:
        _one_word(heard.words[0], heard.prediction)
    elif heard.words:
        _several_words(heard.words)
    else:
        _large("No word found")
        st.markdown(
            "None of the sounds in this recording is clearly one of the words that the model "
            "knows. Speak closer to the microphone, and leave a short pause before and after each "
            "word."
        )


def _one_window(prediction: Prediction) -> None:
    sure = prediction.score >= SURE_FROM
    if sure and prediction.is_word:
        _large(prediction.label, prediction.score)
    elif prediction.label == SILENCE:
        _large("I hear no word")
        st.markdown("Only silence or noise. Speak closer to the microphone, or more clearly.")
    else:
        _large("Not sure")
        st.markdown(_perhaps(prediction))


def _perhaps(prediction: Prediction) -> str:
    words = [
        f"**{plain(label)}** ({plain(_score(score))})"
        for label, score in best_scores(prediction.scores, len(prediction.scores))
        if label not in (SILENCE, UNKNOWN)
    ]
    guess = f"{words[0]} or {words[1]}"
    if prediction.label == UNKNOWN:
        return f"It sounds like a word the model does not know; perhaps {guess}."
    return f"Perhaps {guess}."


def _one_word(word: Word, prediction: Prediction | None) -> None:
    _large(word.label, word.score if prediction is None else prediction.score)
    st.markdown(f"From {_span(word)}")


def _several_words(words: Sequence[Word]) -> None:
    st.markdown(f"{len(words)} words, in the order spoken")
    if len(words) > MOST_TILES:
        table = {
            "Word": [word.label for word in words],
            "From": [f"{word.start:.2f} s" for word in words],
            "To": [f"{word.end:.2f} s" for word in words],
            "Score": [_score(word.score) for word in words],
        }
        st.table(table, border="horizontal", hide_index=True, alt="The words found.")
        return
    with st.container(horizontal=True):
        for word in words:
            st.metric(
                _span(word),
                word.label,
                _score(word.score),
                delta_color="off",
                delta_arrow="off",
                width="content",
            )


def _span(word: Word) -> str:
    return f"{word.start:.1f} to {word.end:.1f} s"


def _large(text: str, score: float | None = None) -> None:
    # Larger than a heading and none of the page's outline; spoken when it changes.
    style = "font-size: clamp(2.5rem, 5vw, 3.5rem); font-weight: 700; line-height: 1.1; margin: 0"
    beside = ""
    if score is not None:
        small = "font-size: 1.5rem; font-weight: 400; white-space: nowrap"
        beside = f' <span style="{small}">{html.escape(_score(score))}</span>'
    st.html(f'<p role="status" style="{style}">{html.escape(text)}{beside}</p>')


def _score(score: float) -> str:
    return percent(score).replace(" ", _NO_BREAK)


def show_next_best(prediction: Prediction) -> None:
    """Show the labels that came after the best one, as a table."""
    others = best_scores(prediction.scores, SHOWN_SCORES)[1:]
    table = {
        "Next best": [readable(label) for label, _ in others],
        "Score": [_score(score) for _, score in others],
    }
    st.table(table, border="horizontal", hide_index=True, alt="The next best labels.")


def show_scores(prediction: Prediction, note: str = "") -> None:
    """Show the best labels as bars, with a note below them."""
    st.markdown(f"**Best {SHOWN_SCORES} of {len(prediction.scores)} scores**")
    st.plotly_chart(
        scores_figure(prediction.scores, SHOWN_SCORES),
        key="clip_scores",
        config={"displayModeBar": False},
        alt=describe_scores(prediction.scores, SHOWN_SCORES),
    )
    if note:
        st.caption(note)

"""What models hear before and after: in large type, and as bars."""

from __future__ import annotations

import html
from typing import Final

import streamlit as st

from kws_core.charts.scores import describe_scores
from kws_core.charts.style import percent, readable
from kws_core.lab import Trial
from kws_core.lab.score_charts import scores_pair_figure
from kws_core.spotting.prediction import Prediction
from kws_core.ui.shared.chart import plain_chart

NO_MASKS_FOR: Final = (
    "{name} does not take a log-mel picture, so SpecAugment does not apply to it: it hears the "
    "clip as it is."
)

_ROW: Final = (
    "display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.75rem; margin: 0; "
    "line-height: 1.25"
)
_LARGE: Final = "font-size: clamp(1.5rem, 3.4vw, 2.25rem); font-weight: 700"
_SCORE: Final = "font-size: 1.125rem; font-weight: 400; white-space: nowrap"
_SMALL: Final = "font-size: 0.875rem; opacity: 0.75"
_TAG: Final = (
    "font-size: 0.875rem; font-weight: 600; border: 2px solid; border-radius: 1rem; "
    "padding: 0 0.6rem; white-space: nowrap"
)


def show_verdict(trial: Trial) -> None:
    """Say what each model hears before, and what it hears now."""
    rows = []
    for model in trial.models:
        name = model.card.name if len(trial.models) > 1 else ""
        after = trial.answer(model) if trial.applies_to(model) else None
        rows.append(_row(name, trial.answer_before(model), after))
    st.html(f'<div role="status">{"".join(rows)}</div>')
    for model in trial.models:
        if not trial.applies_to(model):
            st.caption(f":material/info: {NO_MASKS_FOR.format(name=model.card.name)}")


def show_score_bars(trial: Trial) -> None:
    """Show the best labels before and after, model by model."""
    for number, model in enumerate(trial.hearing):
        before, after = trial.answer_before(model), trial.answer(model)
        with st.container(gap=None):
            if len(trial.models) > 1:
                st.markdown(f"**{model.card.name}**")
            plain_chart(
                scores_pair_figure(before.scores, after.scores),
                f"augment_scores_{number}",
                f"Before: {describe_scores(before.scores, 3)} "
                f"Now: {describe_scores(after.scores, 5)}",
            )


def said(prediction: Prediction) -> str:
    """Return the recognised label with its score."""
    return f"{readable(prediction.label)} {percent(prediction.score)}"


def _row(name: str, before: Prediction, after: Prediction | None) -> str:
    parts = [f'<p style="{_ROW}">']
    if name:
        parts.append(f'<span style="{_SMALL}; min-width: 8rem">{html.escape(name)}</span>')
    parts.append(f'<span style="{_SMALL}">before</span>{_word(before)}')
    if after is not None:
        flipped = after.label != before.label
        note = "flipped" if flipped else "same word"
        colour = "#cf6a17" if flipped else "#26828e"
        parts.append(f'<span style="{_SMALL}">now</span>{_word(after)}')
        parts.append(f'<span style="{_TAG}; border-color: {colour}">{note}</span>')
    return "".join([*parts, "</p>"])


def _word(prediction: Prediction) -> str:
    score = percent(prediction.score).replace(" ", "\N{NO-BREAK SPACE}")
    label = html.escape(readable(prediction.label))
    return (
        f'<span style="white-space: nowrap"><span style="{_LARGE}">{label}</span> '
        f'<span style="{_SCORE}">{html.escape(score)}</span></span>'
    )

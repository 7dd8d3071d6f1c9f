"""Which map is faithful: the score while cells are removed, or shown, in its order."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.explain.charts import CurveKind, curves_figure
from kws_core.explain.methods import (
    METHODS,
    Faithfulness,
    faithfulness,
    loudest_faithfulness,
    random_faithfulness,
)
from kws_core.explain.wording import BASELINE_TEXTS, LOUDEST, RANDOM, faithfulness_rows, verdict
from kws_core.ui.models import texts
from kws_core.ui.models.controls import chart, downloads
from kws_core.ui.models.question import Question, explanations
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.tables import table

_CURVES: Final[dict[CurveKind, str]] = {
    "deletion": "**Deletion** (lower is better)",
    "insertion": "**Insertion** (higher is better)",
}


def show_faithfulness(question: Question) -> None:
    """Show deletion and insertion curves of all maps, and what they say."""
    key = ("faithful", *question.key)
    with st.spinner("Measuring the maps"):
        measured = question.second.recall(key, lambda: list(_measure(question).items()))
    by_name = dict(measured)
    maps = {name: by_name[name] for name in METHODS.values()}
    st.markdown(verdict(maps, by_name[RANDOM], by_name[LOUDEST]))
    for column, (kind, text) in zip(st.columns(2, gap="medium"), _CURVES.items(), strict=True):
        with column:
            st.markdown(text)
            chart(
                curves_figure(by_name, kind),
                f"models_why_{kind}",
                f"Score of {question.word} by share of cells; the table has the areas.",
            )
    rows = faithfulness_rows(by_name)
    table(
        rows,
        "models_why_areas",
        "The areas under the curves, the most faithful map first.",
        column_config={
            name: st.column_config.NumberColumn(format="%.3f") for name in list(rows[0])[1:]
        },
    )
    st.caption(
        texts.FAITHFULNESS.format(
            word=plain(question.word), baseline=BASELINE_TEXTS[question.baseline_name]
        )
    )
    downloads(
        question.listener.card.name,
        "faithfulness",
        question.word,
        rows=lambda: rows,
        content=lambda: {
            name: {
                kind: {"shares": curve.shares.tolist(), "scores": curve.scores.tolist()}
                for kind, curve in (("deletion", one.deletion), ("insertion", one.insertion))
            }
            for name, one in measured
        },
    )


def _measure(question: Question) -> dict[str, Faithfulness]:
    about = question.score, question.picture, question.baseline
    measured = {
        METHODS[method]: faithfulness(*about, one.attribution)
        for method, one in explanations(question).items()
    }
    return {**measured, RANDOM: random_faithfulness(*about), LOUDEST: loudest_faithfulness(*about)}

"""Results: one model on one split, panel by panel."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import streamlit as st

from kws_core.report.comparison import tested_on
from kws_core.report.condition_charts import condition_rows, noise_figure, other_condition_figure
from kws_core.report.confusion import Confusion, word_rows
from kws_core.report.detector import curve_rows, det_figure, point_rows
from kws_core.report.link import Panel
from kws_core.report.reliability import calibration_rows, reliability_figure, roc_figure, roc_rows
from kws_core.report.training_curve import (
    epoch_rows,
    kept_epochs,
    training_figure,
    training_runs,
)
from kws_core.ui.models import state
from kws_core.ui.models import stored as models_stored
from kws_core.ui.models.confusion import show_confusion
from kws_core.ui.models.controls import chart, downloads, nothing_measured, split_name, table

_PANELS: Final[dict[Panel, str]] = {
    "confusion": "Confusions",
    "words": "Words",
    "calibration": "Calibration",
    "roc": "ROC",
    "conditions": "Noise and more",
    "live": "Live detector",
    "training": "Training",
}
_SHOWN_ROC: Final = 4  # words in colour before anybody chose
MOST_COLOURED: Final = 8


def show_results() -> None:
    """Show the results of the chosen model on the chosen split."""
    state.choice("Results", "panel", _PANELS)
    panel, model, split = state.shown().panel, state.model(), state.split()
    if panel == "training":
        _show_training(model)
        return
    if split is None:
        nothing_measured(
            f"{model} has not been measured yet. With the data folder, this does it:",
            f"python -m kws_core evaluate --model {model} --data DATA",
        )
        return
    if panel == "live":
        _show_live(model, split)
        return
    figures = models_stored.figures(model, split)
    _show_summary(figures)
    match panel:
        case "confusion":
            show_confusion(model, split, figures)
        case "words":
            _show_words(model, split, figures)
        case "calibration":
            _show_calibration(model, split, figures)
        case "roc":
            _show_roc(model, split, figures)
        case "conditions":
            _show_conditions(model, split, figures)


def _show_summary(figures: dict[str, Any]) -> None:
    share = figures["accuracy"]
    told = (
        f"Right in **{share['value']:.1%}** of {share['n']:,} clips ({share['low']:.1%} to "
        f"{share['high']:.1%}), mean over words {figures['mean_over_words']:.1%}"
        f"{_among_words(figures)}. Measured "
        f"{figures['date']} on {tested_on(figures)}."
    )
    card = models_stored.card(figures["model"])
    if figures["weights_sha256"] != card.sha256:
        told += " :material/warning: With other weights than those shipped now."
    st.caption(told)


def _among_words(figures: dict[str, Any]) -> str:
    """Return what it would be without silence and unknown to choose, as published figures are."""
    share = figures.get("among_words")
    if share is None or share["value"] == figures["accuracy"]["value"]:
        return ""
    return f"; if it had to choose one of the words, {share['value']:.1%}"


def _show_words(model: str, split: str, figures: dict[str, Any]) -> None:
    stored = figures["confusion"]
    confusion = Confusion(tuple(stored["labels"]), np.array(stored["counts"], np.int64))
    rows = sorted(word_rows(confusion), key=lambda row: row["Recall, %"])
    table(
        rows,
        "models_words",
        "Recall, precision and F1 of every word, worst first.",
        height=520,
        column_config={
            "Recall, %": st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.1f")
        },
    )
    downloads(model, split, "words", rows=lambda: rows, content=lambda: figures["words"])


def _show_calibration(model: str, split: str, figures: dict[str, Any]) -> None:
    calibration = figures["calibration"]
    chart(
        reliability_figure(calibration),
        "models_reliability",
        f"Reliability diagram; expected calibration error {calibration['ece']:.2%}.",
    )
    st.caption(
        "Of clips whose best score lies in a range, how many were right: on the dotted line, a "
        f"score is what it claims to be. Expected calibration error: {calibration['ece']:.2%}. "
        + (
            "The temperature of the scores was fitted on these speakers."
            if split == "val"
            else "The temperature of the scores was fitted on other speakers."
        )
    )
    rows = calibration_rows(calibration)
    downloads(model, split, "calibration", rows=lambda: rows, content=lambda: calibration)


def _show_roc(model: str, split: str, figures: dict[str, Any]) -> None:
    roc = figures["roc"]
    rows = roc_rows(roc)
    names = [row["Word"] for row in rows]
    chosen = [word for word in state.shown().words if word in names]
    chosen = chosen or names[:_SHOWN_ROC]
    state.choice(
        "Words in colour",
        "words",
        sorted(names),
        widget=st.multiselect,
        current=chosen,
        max_selections=MOST_COLOURED,
    )
    chart(
        roc_figure(roc, chosen),
        "models_roc",
        "How many clips of a word are caught against how many others with them; smallest area: "
        f"{names[0]} {rows[0]['Area']:.4f}.",
    )
    st.caption(
        "Each word against all others, by its own score. Without a choice, the words with the "
        "smallest areas are in colour."
    )
    table(rows, "models_roc_table", "Area under each word's curve, smallest first.", height=260)
    downloads(model, split, "roc", rows=lambda: rows, content=lambda: roc)


def _show_conditions(model: str, split: str, figures: dict[str, Any]) -> None:
    conditions = figures["conditions"]
    if conditions.get("noise"):
        st.markdown("**Noise**")
        chart(noise_figure(conditions), "models_noise", "Accuracy against the ratio to each noise.")
    titles = {"bandwidth": "Bandwidth", "level": "Level", "shift": "Shift"}
    for (kind, title), column in zip(titles.items(), st.columns(3), strict=True):
        with column:
            st.markdown(f"**{title}**")
            chart(
                other_condition_figure(conditions, kind),
                f"models_{kind}",
                f"Accuracy against {title.lower()}.",
            )
    clean = conditions["clean"]
    st.caption(
        f"{conditions['n']:,} recordings, as many of every word as there are; undisturbed, "
        f"{clean['value']:.1%} are right (dotted line). {conditions['method']}"
    )
    rows = condition_rows(conditions)
    downloads(model, split, "conditions", rows=lambda: rows, content=lambda: conditions)


def _show_live(model: str, split: str) -> None:
    measured = models_stored.stream_splits(model)
    if not measured:
        nothing_measured(
            f"The live detector has not been measured with {model} yet. This command does it, "
            "with the data folder:",
            f"python -m kws_core evaluate-stream --model {model} --data DATA",
        )
        return
    people = split if split in measured else measured[0]
    figures = models_stored.stream_figures(model, people)
    st.caption(
        f"Measured on {split_name(people)}."
        if people == split
        else f"Measured on {split_name(people)} only, not on {split_name(split)}."
    )
    points = point_rows(figures)
    chart(
        det_figure(figures),
        "models_det",
        "Missed words against false alarms an hour, by the threshold.",
    )
    table(points, "models_points", "Thresholds to work at.")
    hours = sum(hours for name, hours in figures["hours"].items() if name != "counted")
    st.caption(
        f"{hours:.1f} hours of streams, measured {figures['date']} with a tolerance of "
        f"{figures['tolerance']:g} s. {figures['method']}"
    )
    downloads(model, people, "live", rows=lambda: curve_rows(figures), content=lambda: figures)


def _show_training(model: str) -> None:
    card = models_stored.card(model)
    runs = training_runs(card.training)
    rows = epoch_rows(runs)
    if not rows:
        st.info(
            f"The card of {model} holds no figures of its epochs.",
            icon=":material/hourglass_empty:",
        )
        st.caption(
            "Models trained from now on bring them along: train writes them to the card as well "
            "as to log.jsonl in the run's folder."
        )
        return
    best = max((row["accuracy"] for row in rows if row["accuracy"] is not None), default=0.0)
    chart(
        training_figure(runs),
        "models_training",
        f"Accuracy on validation speakers and loss over {len(rows)} epochs; at best {best:.1%}.",
    )
    notes = [run.note for run in runs if run.note]
    kept = [
        f"epoch {epoch} of {f'the last run of {tower}' if tower else 'the last one'}"
        for tower, epoch in kept_epochs(runs).items()
        if epoch
    ]
    st.caption(
        f"{len(rows)} epochs in {len(runs)} {'run' if len(runs) == 1 else 'runs'}"
        + (f"; the weights are those of {' and '.join(kept)}" if kept else "")
        + ". Accuracy is of the averaged weights, on clips as they are; the loss is of augmented "
        + "clips, so the two do not compare."
        + "".join(f" {note[0].upper()}{note[1:]}." for note in notes)
    )
    downloads(model, "training", rows=lambda: rows, content=lambda: card.training)

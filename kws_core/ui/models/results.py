"""Results: one model on one split, panel by panel."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from kws_core.report.comparison import tested_on
from kws_core.report.condition_charts import condition_rows, noise_figure, other_condition_figure
from kws_core.report.confusion import Confusion, word_rows
from kws_core.report.detector import curve_rows, det_figure, point_rows
from kws_core.report.reliability import calibration_rows, reliability_figure, roc_figure, roc_rows
from kws_core.report.training_curve import epoch_rows, kept_epochs, training_figure, training_runs
from kws_core.results.metrics import interval_text
from kws_core.ui.models import stored, texts
from kws_core.ui.models.choices import choice
from kws_core.ui.models.confusion import show_confusion
from kws_core.ui.models.controls import chart, downloads, nothing_measured
from kws_core.ui.models.sections import Subject
from kws_core.ui.models.taught import show_taught
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.tables import table

_SHOWN_ROC: Final = 4  # words in colour before anybody chose
MOST_COLOURED: Final = 8


def show(subject: Subject) -> None:
    """Show one panel of the results of a model on a split."""
    model, split = subject.model, subject.split
    if subject.panel == "training":
        _show_training(model)
    elif subject.panel == "taught":
        show_taught()
    elif split is None:
        command = "evaluate-stream" if subject.panel == "live" else "evaluate"
        nothing_measured(
            f"{model} has not been measured yet. This command does it, with the data folder:",
            f"python -m kws_core {command} --model {model} --data DATA",
        )
    elif subject.panel == "live":
        _show_live(model, split)
    else:
        figures = stored.figures(model, split)
        _show_summary(figures)
        panels = {
            "confusion": show_confusion,
            "words": _show_words,
            "calibration": _show_calibration,
            "roc": _show_roc,
            "conditions": _show_conditions,
        }
        panels[subject.panel](model, split, figures)


def _show_summary(figures: dict[str, Any]) -> None:
    share, among = figures["accuracy"], figures.get("among_words")
    text = (
        f"**{share['value']:.1%}** of {share['n']:,} clips correct (95% interval "
        f"{interval_text(share['low'], share['high'])}). Averaged over words: "
        f"{figures['mean_over_words']:.1%}."
    )
    if among is not None and among["value"] != share["value"]:
        text += f" Without 'silence' and 'unknown': {among['value']:.1%}."
    text += f" Measured {figures['date']} on {tested_on(figures)}."
    if figures["weights_sha256"] != stored.card(figures["model"]).sha256:
        text += f" :material/warning: {texts.OLDER_WEIGHTS}"
    st.caption(text)


def _show_words(model: str, split: str, figures: dict[str, Any]) -> None:
    confusion = Confusion.of(figures)
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
    speakers = "these" if split == "val" else "other"
    st.caption(texts.CALIBRATION.format(ece=calibration["ece"], speakers=speakers))
    rows = calibration_rows(calibration)
    downloads(model, split, "calibration", rows=lambda: rows, content=lambda: calibration)


def _show_roc(model: str, split: str, figures: dict[str, Any]) -> None:
    roc = figures["roc"]
    rows = roc_rows(roc)
    names = [row["Word"] for row in rows]
    chosen = choice(
        "words",
        "Words in colour",
        sorted(names),
        widget=st.multiselect,
        default=names[:_SHOWN_ROC],
        max_selections=MOST_COLOURED,
    )
    chart(
        roc_figure(roc, chosen),
        "models_roc",
        "True against false positives of each word; smallest area under the curve: "
        f"{names[0]} {rows[0]['Area']:.4f}.",
    )
    st.caption(texts.ROC)
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
    st.caption(
        texts.CONDITIONS.format(
            n=conditions["n"], clean=conditions["clean"]["value"], method=conditions["method"]
        )
    )
    rows = condition_rows(conditions)
    downloads(model, split, "conditions", rows=lambda: rows, content=lambda: conditions)


def _show_live(model: str, split: str) -> None:
    figures = stored.stream_figures(model, split)
    points = point_rows(figures)
    chart(
        det_figure(figures), "models_det", "Miss rate against false alarms per hour, by threshold."
    )
    table(points, "models_points", "Operating points.")
    hours = sum(hours for name, hours in figures["hours"].items() if name != "counted")
    st.caption(f"{hours:.1f} hours of streams, measured {figures['date']}.")
    with st.expander("How it was measured"):
        st.markdown(f"{figures['method']} Tolerance: {figures['tolerance']:g} s.")
    downloads(model, split, "live", rows=lambda: curve_rows(figures), content=lambda: figures)


def _show_training(model: str) -> None:
    card = stored.card(model)
    runs = training_runs(card.training)
    rows = epoch_rows(runs)
    if not rows:
        st.info(texts.NO_EPOCHS.format(model=model), icon=":material/hourglass_empty:")
        return
    best = max((row["accuracy"] for row in rows if row["accuracy"] is not None), default=0.0)
    chart(
        training_figure(runs),
        "models_training",
        f"Accuracy on validation speakers and loss over {len(rows)} epochs; at best {best:.1%}.",
    )
    kept = " and ".join(
        f"epoch {epoch} of {f'the last run of {tower}' if tower else 'the last run'}"
        for tower, epoch in kept_epochs(runs).items()
        if epoch
    )
    notes = [run.note for run in runs if run.note]
    st.caption(
        f"{len(rows)} epochs in {len(runs)} {'run' if len(runs) == 1 else 'runs'}"
        + (f"; the weights are those of {kept}" if kept else "")
        + f". {texts.TRAINING}"
    )
    if notes:
        with st.expander("Notes on the runs"):
            st.markdown("\n".join(f"- {plain(note)}" for note in notes))
    downloads(model, "training", rows=lambda: rows, content=lambda: card.training)

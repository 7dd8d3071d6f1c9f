"""The data: numbers of clips and speakers, lengths, levels, mean spectra, outliers."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from kws_core.labels import WORDS
from kws_core.report.data_charts import (
    SPLITS,
    commonest_speaker,
    components_figure,
    counts_figure,
    histogram_figure,
    spread_figure,
    word_count_rows,
)
from kws_core.report.data_spectra import bands_figure, mean_log_mel_figure, spectrum_figure
from kws_core.results.data_summary import DataSummary
from kws_core.ui.models import stored, texts
from kws_core.ui.models.choices import choice
from kws_core.ui.models.controls import chart, downloads, nothing_measured
from kws_core.ui.models.sections import Subject
from kws_core.ui.shared.tables import table

_FIRST_WORDS: Final = ("yes", "no", "six")
_MOST_WORDS: Final = 5


def show(subject: Subject) -> None:
    """Describe the data, panel by panel."""
    summary = stored.data_summary()
    if summary is None:
        nothing_measured(texts.NOT_DESCRIBED, "python -m kws_core describe-data --data DATA")
        return
    panels = {
        "clips": _show_clips,
        "lengths": _show_lengths,
        "spectra": _show_spectra,
        "bands": _show_bands,
        "outliers": _show_outliers,
    }
    panels[subject.panel](summary)
    with st.expander("How it was measured"):
        st.markdown(f"Described {summary.figures['date']}. {summary.figures['method']}")


def _show_clips(summary: DataSummary) -> None:
    figures = summary.figures
    rows = [
        {
            "Split": SPLITS.get(one["split"], one["split"]),
            "Recordings": one["recordings"],
            "Pictures": one["pictures"],
            "Speakers": one["speakers"],
            "Hours of sound": round(one["hours"], 2),
        }
        for one in figures["splits"]
    ]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chart(
            counts_figure(figures["words"]),
            "models_data_counts",
            f"Clips of each of {len(figures['words'])} words in every split.",
        )
    with right:
        table(rows, "models_data_splits", "The splits.")
        _show_leak_check(figures["speakers"])
        words = word_count_rows(figures["words"])
        table(words, "models_data_words", "Clips of every word in every split.", height=430)
    short = {name: figures[name] for name in ("date", "method", "splits", "words", "speakers")}
    downloads("data", "clips", rows=lambda: words, content=lambda: short)


def _show_leak_check(shared: list[dict[str, Any]]) -> None:
    leaks = [one for one in shared if one["shared"]]
    if leaks:
        shared_by = "; ".join(f"{one['shared']} in {' and '.join(one['splits'])}" for one in leaks)
        st.error(f"Speakers in two splits: {shared_by}.", icon=":material/warning:")
        return
    st.success(texts.NO_LEAK, icon=":material/verified:")


def _show_lengths(summary: DataSummary) -> None:
    figures = summary.figures
    titles = {"duration": ("Length", "seconds", "shortest", "s"),
              "level": ("Level", "level_db", "quietest", "dBFS")}  # fmt: skip
    for column, (measure, (title, key, listed, unit)) in zip(
        st.columns(2, gap="medium"), titles.items(), strict=True
    ):
        with column:
            st.markdown(f"**{title}**")
            chart(
                histogram_figure(figures[measure], measure),  # type: ignore[arg-type]
                f"models_data_{measure}",
                f"{title} of the recordings of each split.",
            )
            st.caption("By word: median, middle half, and the middle 90% of its recordings")
            chart(
                spread_figure(figures["by_word"], key),
                f"models_data_{key}",
                f"{title} of the recordings of each word.",
            )
            st.markdown(f"**The {listed}**, of training and validation")
            rows = [
                {"Word": word, unit: value, "Clip": name, "Split": SPLITS.get(split, split)}
                for value, word, name, split in figures[listed]
            ]
            table(rows, f"models_data_{listed}", f"The {listed} recordings.", height=220)
    downloads(
        "data",
        "lengths",
        rows=lambda: [_spread_row(row) for row in figures["by_word"]],
        content=lambda: {name: figures[name] for name in ("duration", "level", "by_word")},
    )


def _show_spectra(summary: DataSummary) -> None:
    chosen = choice(
        "data_words",
        "Words",
        WORDS,
        widget=st.multiselect,
        default=list(_FIRST_WORDS),
        max_selections=_MOST_WORDS,
        label_visibility="collapsed",
    )
    st.markdown("**Mean spectrum** of the training recordings")
    chart(spectrum_figure(summary, chosen), "models_data_spectrum", f"Mean spectra: {chosen}.")
    st.markdown("**Mean log-mel** of all training clips, on one scale")
    chart(mean_log_mel_figure(summary, chosen), "models_data_log_mel", f"Mean log-mels: {chosen}.")
    downloads(
        "data",
        "spectra",
        rows=lambda: _spectrum_rows(summary),
        content=lambda: {w: summary.spectrum[i].tolist() for i, w in enumerate(WORDS)},
    )


def _show_bands(summary: DataSummary) -> None:
    st.markdown("**Level in each mel band**, recordings to the left, pictures to the right")
    chart(bands_figure(summary), "models_data_bands", "Level of the clips in each mel band.")
    st.caption(texts.BANDS)
    downloads(
        "data", "bands", rows=lambda: _band_rows(summary), content=lambda: _band_rows(summary)
    )


def _show_outliers(summary: DataSummary) -> None:
    figures = summary.figures["components"]
    rows = [
        {
            "Distance": distance,
            "Word": word,
            "Clip": name,
            "Split": SPLITS.get(split, split),
            "Kept as": kind,
        }
        for distance, word, name, split, kind in figures["outliers"]
    ]
    left, right = st.columns([3, 2], gap="medium")
    with left:
        chart(
            components_figure(summary),
            "models_data_components",
            f"Clips by their principal components, and {len(rows)} outliers.",
        )
    with right:
        st.markdown("**Farthest from their word**")
        table(rows, "models_data_outliers", "The outliers, farthest first.", height=400)
    speaker, n = commonest_speaker([row["Clip"] for row in rows])
    st.caption(
        f"Median distance from the word: {figures['median_distance']}. Of the {len(rows)} "
        f"farthest, {n} are by one speaker, {speaker}."
    )
    downloads("data", "outliers", rows=lambda: rows, content=lambda: figures)


def _spread_row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("5%", "25%", "50%", "75%", "95%")
    return {"word": row["word"]} | {
        f"{key} {name}": value
        for key in ("seconds", "level_db")
        for name, value in zip(names, row[key], strict=True)
    }


def _spectrum_rows(summary: DataSummary) -> list[dict[str, Any]]:
    step = 8000 / (summary.spectrum.shape[1] - 1)
    return [
        {"Hz": round(i * step, 1), **dict(zip(WORDS, column.tolist(), strict=True))}
        for i, column in enumerate(summary.spectrum.T.astype(float).round(2))
    ]


def _band_rows(summary: DataSummary) -> list[dict[str, Any]]:
    middle = (summary.band_edges[:-1] + summary.band_edges[1:]) / 2
    return [
        {"kind": kind, "band": band, **{f"{x:g} dB": n for x, n in zip(middle, row, strict=True)}}
        for kind, counts in zip(("recordings", "pictures"), summary.band_counts, strict=True)
        for band, row in enumerate(counts.tolist())
    ]

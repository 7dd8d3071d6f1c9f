"""How far the taught words can be trusted, and how strict each is."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.report.taught import strictness_figure, takes_figure
from kws_core.teaching.report import WordReport
from kws_core.teaching.takes_map import TakesMap
from kws_core.teaching.taught import TaughtRecognizer
from kws_core.ui.shared.chart import plain_chart
from kws_core.ui.shared.messages import plain
from kws_core.ui.teach import state

_WORD: Final = "teach_threshold_word"
_COUNTS: Final = (0, 1, 2, 5, 10, 20)
_TOO_CLOSE: Final = 0.7  # cosine


def show_report(taught: TaughtRecognizer) -> None:
    """Show what to expect of each word, and what would help it."""
    st.header("How reliable it is", anchor=False)
    rows = [_row(report) for report in taught.report]
    st.table(rows, border="horizontal", hide_index=True, alt="What to expect of each word.")
    for advice in advices(taught.report):
        st.caption(f":material/lightbulb: {advice}")
    _threshold(taught.report)
    if taught.lesson.takes_map is not None:
        _show_map(taught.lesson.takes_map)
    st.page_link(
        "pages/5_Models.py",
        label="How many takes it needs, measured",
        icon=":material/query_stats:",
        query_params={"section": "results", "panel": "taught"},
    )


def _row(report: WordReport) -> dict[str, str]:
    tested = len(report.left_out)
    alarms = report.false_alarms
    return {
        "Word": plain(report.word),
        "Takes": str(report.takes),
        "Found when left out": f"{report.found} of {tested}" if tested else "needs 2 takes",
        "False alarms per hour": f"{alarms.per_hour:.1f} ({alarms.low:.1f} to {alarms.high:.1f})",
        "Sounds most like": plain(report.nearest),
    }


def advices(reports: tuple[WordReport, ...]) -> list[str]:
    """Return what would help, in whole sentences."""
    names = {report.word for report in reports}
    found = []
    for report in reports:
        word = plain(report.word)
        if report.odd_takes:
            numbers = ", ".join(str(i + 1) for i in report.odd_takes)
            verb = "Take {} was" if len(report.odd_takes) == 1 else "Takes {} were"
            found.append(f"{word}: {verb.format(numbers)} not found when left out. Record more.")
        if report.nearest in names and report.likeness > _TOO_CLOSE:
            found.append(f"{word} sounds much like {plain(report.nearest)}: rename one of them.")
        if report.takes < 5:
            found.append(f"{word}: more takes help, above all by a second person.")
    return found


def _threshold(reports: tuple[WordReport, ...]) -> None:
    by_name = {report.word: report for report in reports}
    words, slider = st.columns(2)
    with words:
        name = st.selectbox("Strictness of", list(by_name), format_func=plain, key=_WORD)
    report = by_name[name]
    now = report.false_alarms.count
    key = f"teach_threshold_{name}"
    st.session_state[key] = now
    with slider:
        st.select_slider(
            f"False alarms in {report.hours:.1f} hours of other people's speech",
            sorted({*(count for count in _COUNTS if count <= len(report.heard)), now}),
            key=key,
            on_change=_change,
            args=(report, key),
            help="More allowed: the word is found more often, also when other people say it. "
            "Counted for words on their own, with pauses around them.",
        )
    if len(report.left_out):
        plain_chart(
            strictness_figure(report),
            "teach_strictness",
            f"Takes found when left out against false alarms per hour; now {report.found} of "
            f"{len(report.left_out)} at {report.false_alarms.per_hour:.1f}.",
        )


def _show_map(takes_map: TakesMap) -> None:
    with st.expander("Takes on a map of words", icon=":material/scatter_plot:"):
        st.caption(
            "Numbers are takes, grey points the known words that sound most like them. Points "
            "close together sound alike to the network. It sees more than these two dimensions: "
            "words that overlap here may still be far apart."
        )
        plain_chart(takes_figure(takes_map), "teach_map", _map_alt(takes_map))


def _map_alt(takes_map: TakesMap) -> str:
    taught = ", ".join(
        f"{len(takes)} of {word}"
        for word, takes in zip(takes_map.words, takes_map.takes, strict=True)
    )
    return f"Takes as points: {taught}; around them {', '.join(takes_map.known_words)}."


def _change(report: WordReport, key: str) -> None:
    state.set_threshold(report.word, report.threshold_for(int(st.session_state[key])))

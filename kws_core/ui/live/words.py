"""The log of the words heard, beside the game that they steer."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.charts.style import percent
from kws_core.live import Listener
from kws_core.live.words import as_csv
from kws_core.ui.live import state
from kws_core.ui.live.game import show_game
from kws_core.ui.shared.messages import calm_errors

EVERY_S: Final = 0.3
SHOWN_WORDS: Final = 8


def show_words(listener: Listener, *, runs: bool) -> None:
    """Show log and game, again and again while something runs, and what can be done with them."""
    every = EVERY_S if runs else None
    log, game = st.columns(2, gap="large")
    with log:
        with st.container():  # of its own: how many elements there are changes
            st.fragment(_show_log, run_every=every)(listener)
        with st.container(horizontal=True):
            st.download_button(
                "Log as CSV",
                lambda: as_csv(listener.hearing.words),
                "keywords.csv",
                "text/csv",
                icon=":material/download:",
                on_click="ignore",
                key="live_csv",
            )
            st.button(
                "Clear", icon=":material/delete:", on_click=listener.hearing.clear, key="live_clear"
            )
    with game:
        with st.container():
            st.fragment(_show_game, run_every=every)(listener)
        st.button("New game", icon=":material/star:", on_click=state.new_game, key="live_new")


def duration(seconds: float) -> str:
    """Return a short time for people."""
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


@calm_errors("Live")
def _show_game(listener: Listener) -> None:
    show_game(state.game(), listener.hearing.settings)


@calm_errors("Live")
def _show_log(listener: Listener) -> None:
    words = listener.hearing.words
    if not words:
        st.markdown("**Heard**")
        st.caption("Every word is listed here with its time, its score and its latency.")
        return
    shown = words[: -SHOWN_WORDS - 1 : -1]
    total = f"{len(words)} words" if len(words) != 1 else "1 word"
    st.markdown(
        f"**Heard**: {total}{f', the last {len(shown)} here' if len(words) > len(shown) else ''}"
    )
    rows = [
        f"| {word.time:.1f} s | {word.label} | {percent(word.score)} | {duration(word.latency)} |"
        for word in shown
    ]
    st.markdown("\n".join(["| Time | Word | Score | Latency |\n|---:|:---|---:|---:|", *rows]))

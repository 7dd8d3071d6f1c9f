"""The board of words, the log, and beside it the game that the words steer."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.charts.style import percent
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.live import Listener, LoggedWord, Mark
from kws_core.live.words import as_csv
from kws_core.ui.live import state, texts
from kws_core.ui.live.game import show_game
from kws_core.ui.live.wrong import show_wrong
from kws_core.ui.shared.board import word_board
from kws_core.ui.shared.download import download
from kws_core.ui.shared.messages import calm_errors, plain

EVERY_S: Final = 0.3
SHOWN: Final = 8  # entries of the log
LOG_HEIGHT: Final = 400  # pixels, whatever the number of words: nothing below moves


def show_words(listener: Listener, *, runs: bool) -> None:
    """Show board, log and game, again and again while something runs, and their buttons."""
    every = EVERY_S if runs else None
    with st.container(key="live_board_place"):
        st.fragment(_show_board, run_every=every)(listener)
    log, game = st.columns(2, gap="large")
    with log:
        with st.container():  # of its own: how many elements there are changes
            st.fragment(_show_log, run_every=every)(listener)
        with st.container(horizontal=True):
            download(
                texts.LOG_CSV,
                lambda: as_csv(listener.hearing.words),
                "keywords.csv",
                key="live_csv",
            )
            st.button(
                texts.CLEAR,
                icon=":material/delete:",
                on_click=listener.hearing.clear,
                key="live_clear",
            )
    with game:
        with st.container():
            st.fragment(_show_game, run_every=every)(listener)
        st.button(texts.NEW_GAME, icon=":material/star:", on_click=state.new_game, key="live_new")


def duration(seconds: float) -> str:
    """Return a short time for people."""
    return f"{1000 * seconds:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


@calm_errors("Live")
def _show_board(listener: Listener) -> None:
    words = [label for label in listener.hearing.labels if label not in (SILENCE, UNKNOWN)]
    heard = [word.label for word in listener.hearing.words_of_run]
    word_board(words, "live_board", texts.BOARD, heard[-1:], heard)


@calm_errors("Live")
def _show_game(listener: Listener) -> None:
    show_game(state.game(), listener.hearing.settings)


@calm_errors("Live")
def _show_log(listener: Listener) -> None:
    log = listener.hearing.log
    n_words = sum(isinstance(entry, LoggedWord) for entry in log)
    total = f"{n_words} word{'s' if n_words != 1 else ''}"
    latest = f", the last {SHOWN} entries here" if len(log) > SHOWN else ""
    with st.container(height=LOG_HEIGHT, border=False, key="live_log"):
        st.markdown(f"{texts.LOG}: {total}{latest}" if log else texts.LOG)
        if not log:
            st.caption(texts.LOG_EMPTY)
            return
        show_wrong(listener)
        rows = [_row(entry) for entry in log[: -SHOWN - 1 : -1]]
        head = f"| {' | '.join(texts.LOG_COLUMNS)} |"
        st.markdown("\n".join([head, "|---:|:---|---:|---:|", *rows]), help=texts.LATENCY_NOTE)


def _row(entry: LoggedWord | Mark) -> str:
    if isinstance(entry, Mark):
        return f"| {entry.time:.1f} s | *{plain(entry.text)}* | | |"
    word = f"{entry.time:.1f} s | {plain(entry.label)} | {plain(percent(entry.score))}"
    return f"| {word} | {duration(entry.latency)} |"

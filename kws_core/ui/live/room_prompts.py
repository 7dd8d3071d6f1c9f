"""Say these words: shown one after the other, with what was heard of them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from kws_core.charts.style import percent
from kws_core.live import Listener
from kws_core.live.programmes import PROGRAMMES, PROMPTS
from kws_core.results.metrics import wilson_interval
from kws_core.room import PromptTest, Reply
from kws_core.room.files import own_set_zip
from kws_core.room.prompts import EACH_S, N_WORDS
from kws_core.room.wording import share_interval
from kws_core.ui.live import room_state
from kws_core.ui.live import room_texts as texts
from kws_core.ui.live.actions import ask_to_leave
from kws_core.ui.live.words import duration
from kws_core.ui.shared import own_recordings
from kws_core.ui.shared.messages import calm_errors, plain

EVERY_S: Final = 0.2
_TABLE_PX: Final = 300
_BIG: Final = (
    '<p role="status" style="font-size:3.5rem;font-weight:600;line-height:1.3;margin:0">{word}</p>'
)


def show_prompts(listener: Listener, *, runs: bool) -> None:
    """Offer the test, show the words, and what came of them."""
    st.caption(texts.PROMPTS.format(n=N_WORDS, seconds=EACH_S))
    test = room_state.prompts()
    goes_on = room_state.follows(listener, test)
    with st.container(horizontal=True):
        _buttons(listener, goes_on, can_hear=runs and not listener.is_playing)
    if test is None:
        return
    with st.container(key="live_room_say"):  # of its own: how many elements there are changes
        show = st.fragment(_show, run_every=EVERY_S if runs and goes_on else None)
        show(listener, test, runs, goes_on)


def _buttons(listener: Listener, goes_on: bool, *, can_hear: bool) -> None:
    if goes_on:
        st.button(
            texts.END,
            icon=":material/stop:",
            on_click=_end,
            args=(listener,),
            key="live_room_prompts_end",
        )
        return
    st.button(
        texts.BEGIN_PROMPTS,
        icon=":material/record_voice_over:",
        disabled=not can_hear,
        help=None if can_hear else texts.NEEDS_SOUND,
        on_click=room_state.begin_prompts,
        args=(listener,),
        key="live_room_prompts_begin",
    )
    words = PROGRAMMES[PROMPTS].words
    if set(words) <= set(room_state.listened_for(listener)):
        st.button(
            texts.SAMPLE_VOICE,
            icon=":material/library_music:",
            help=texts.SAMPLE_VOICE_HELP.format(n=len(words)),
            on_click=room_state.begin_sample_voice,
            args=(listener, words),
            key="live_room_prompts_sample",
        )


def _end(listener: Listener) -> None:
    listener.hearing.follow(None)
    if listener.is_playing:
        listener.stop_playing()


@calm_errors("Live")
def _show(listener: Listener, test: PromptTest, runs: bool, goes_on: bool) -> None:
    if goes_on and not room_state.follows(listener, test):
        st.rerun()  # it is over: the whole page has other buttons now
    if goes_on:
        _show_word(test, runs)
    elif test.replies:
        _show_result(test)


def _show_word(test: PromptTest, runs: bool) -> None:
    shown, replies = test.shown, test.replies
    word = texts.READY if not replies and shown is None else texts.DECIDING
    turn = ""
    if shown is not None:
        number, word = shown
        turn = texts.TURN.format(number=number + 1, n=len(test.words))
    st.html(_BIG.format(word=escape(word)))
    st.progress(min(test.share_of_turn, 1.0), turn or " ")
    if not runs:
        st.caption(texts.NEEDS_SOUND)
    right = sum(reply.is_right for reply in replies)
    st.caption(texts.NOW_HEARD.format(heard=right, n=len(replies)))


def _show_result(test: PromptTest) -> None:
    replies = test.replies
    n, right = len(replies), sum(reply.is_right for reply in replies)
    mistaken = sum(reply.heard is not None and not reply.is_right for reply in replies)
    st.markdown(texts.RESULT.format(heard=right, n=n))
    numbers = {texts.HEARD: right, texts.MISTAKEN: mistaken, texts.MISSED: n - right - mistaken}
    shares = {name: wilson_interval(number, n) for name, number in numbers.items()}
    rows = [
        (name, str(numbers[name]), percent(share.value), share_interval(share))
        for name, share in shares.items()
    ]
    st.table(_columns(texts.RESULT_COLUMNS, rows), hide_index=True)
    notes = []
    if test.latency is not None:
        notes.append(texts.LATENCY.format(latency=duration(test.latency)))
    if extra := sum(reply.extra for reply in replies):
        notes.append(texts.EXTRA.format(n=extra))
    st.caption(" ".join(notes))
    st.table(
        _columns(texts.REPLY_COLUMNS, [_row(reply) for reply in replies]),
        hide_index=True,
        height=_TABLE_PX,
    )
    if st.button(
        texts.OWN_SET,
        icon=":material/fact_check:",
        help=texts.OWN_SET_HELP,
        on_click=_hand_over,
        args=(test,),
        key="live_room_own_set",
    ):
        st.rerun()  # the whole page, which goes to the other one


def _columns(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> dict[str, list[str]]:
    return {name: [row[i] for row in rows] for i, name in enumerate(names)}


def _row(reply: Reply) -> tuple[str, ...]:
    none = texts.NOT_HEARD
    return (
        plain(reply.word),
        none if reply.heard is None else plain(reply.heard),
        none if reply.score is None else plain(percent(reply.score)),
        none if reply.latency is None or not reply.is_right else duration(reply.latency),
    )


def _hand_over(test: PromptTest) -> None:
    own_recordings.hand_over(texts.OWN_SET_NAME, own_set_zip(test))
    ask_to_leave("pages/5_Models.py", section="own")

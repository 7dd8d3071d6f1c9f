"""Taught words that were heard wrongly: counter-examples, with which the words are learnt again."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.audio.waveform import Samples
from kws_core.live import Listener
from kws_core.teaching.takes import whole_take
from kws_core.ui.live import texts
from kws_core.ui.shared import taught_words
from kws_core.ui.shared.messages import plain

_SHOWN: Final = 3
_ROOM_S: Final = 0.1
_DONE: Final = "live_wrong_kept"  # numbers of the words that were wrong


def show_wrong(listener: Listener) -> None:
    """Offer to say of the last taught words that they were wrong, while their sound is there."""
    taught, hearing = taught_words.in_use(), listener.hearing
    if taught is None or not taught_words.can_learn() or hearing.labels != taught.labels:
        return
    done: set[int] = st.session_state.setdefault(_DONE, set())
    heard = [word for word in hearing.words_of_run if word.label in taught.lesson.head.words]
    with st.container(horizontal=True, gap="small", key="live_wrong"):
        for word in heard[-_SHOWN:]:
            if word.number in done:
                continue
            sound = hearing.sound_of(word.start - _ROOM_S, word.end + _ROOM_S)
            if not len(sound):
                continue
            st.button(
                texts.WRONG.format(word=plain(word.label), time=word.time),
                icon=":material/thumb_down:",
                help=texts.WRONG_HELP,
                on_click=_keep,
                args=(word.number, sound),
                key=f"live_wrong_{word.number}",
            )
    if taught_words.are_stale():
        st.rerun()  # the whole page, which learns them again


def _keep(number: int, sound: Samples) -> None:
    st.session_state[_DONE].add(number)
    taught_words.keep_as_wrong(whole_take(sound))

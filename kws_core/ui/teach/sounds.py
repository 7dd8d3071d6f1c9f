"""Sounds that Live heard: takes of a word, or counter-examples."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.teaching.takes import Take
from kws_core.ui.shared import taught_words
from kws_core.ui.shared.button import button, quiet_button
from kws_core.ui.shared.messages import plain
from kws_core.ui.teach import state
from kws_core.ui.teach.takes import in_cards, show_sound

_ADD: Final = "Make it a take of the word."
_WRONG: Final = "Keep it as a counter-example: it is none of the words."


def show_sounds() -> None:
    """Offer each sound that Live handed over as a take of the current word."""
    sounds = taught_words.sounds()
    if not sounds:
        return
    name = state.current()
    st.header("Sounds from Live", anchor=False)
    wanted = "Name a word first." if name is None else f"Which of them are “{plain(name)}”?"
    st.markdown(wanted)
    for number in in_cards(len(sounds)):
        take = sounds[number]
        show_sound(take, f"sound {number + 1} from Live")
        with st.container(horizontal=True, gap="small"):
            key = f"teach_sound_add_{take.key[:12]}"
            button("Add", "add", _add, name, take, key=key, disabled=name is None, help=_ADD)
            key = f"teach_sound_wrong_{take.key[:12]}"
            quiet_button("Wrong", "thumb_down", _keep_as_wrong, take, key=key, help=_WRONG)
    quiet_button(
        "Clear these sounds", "close", taught_words.hand_over, [], key="teach_sounds_clear"
    )


def _add(name: str, take: Take) -> None:
    state.keep_take(name, take, "Sound from Live")
    _drop(take)


def _drop(take: Take) -> None:
    taught_words.hand_over([other for other in taught_words.sounds() if other is not take])


def _keep_as_wrong(take: Take) -> None:
    taught_words.keep_as_wrong(take)
    _drop(take)

"""The words that this session taught: their one owner, for every page that recognises."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching.takes import Take
from kws_core.teaching.taught import TaughtRecognizer
from kws_core.ui.shared import resources

_IN_USE: Final = "taught_words_in_use"
_TURN: Final = "taught_words_turn"
_SOUNDS: Final = "taught_words_sounds_kept"


def in_use() -> TaughtRecognizer | None:
    """The recogniser with the taught words, if they are switched on."""
    taught: TaughtRecognizer | None = st.session_state.get(_IN_USE)
    return taught


def use(taught: TaughtRecognizer | None) -> None:
    """Recognise with these words from now on, or without any."""
    if taught is not in_use():
        st.session_state[_IN_USE] = taught
        st.session_state[_TURN] = turn() + 1


def turn() -> int:
    """A number that is another one whenever the words are others."""
    number: int = st.session_state.get(_TURN, 0)
    return number


def recogniser() -> Recognizer:
    """The usual recogniser, with the taught words if they are switched on."""
    return in_use() or resources.recogniser()


def sounds() -> list[Take]:
    """What Live heard of late and handed to Teach, sound by sound."""
    kept: list[Take] = st.session_state.get(_SOUNDS, [])
    return kept


def hand_over(takes: list[Take]) -> None:
    """Hand sounds to Teach, in place of those before; none empties it."""
    st.session_state[_SOUNDS] = takes

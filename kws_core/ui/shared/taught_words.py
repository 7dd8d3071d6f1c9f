"""The words that this session taught: their one owner, for every page that recognises."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from kws_core.errors import TeachingError
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching.takes import Take
from kws_core.teaching.taught import TaughtRecognizer
from kws_core.ui.shared import resources

_IN_USE: Final = "taught_words_in_use"
_TURN: Final = "taught_words_turn"
_SOUNDS: Final = "taught_words_sounds_kept"
_COUNTER: Final = "taught_words_counter_kept"
_AGAIN: Final = "taught_words_again"  # what learns them from their takes
_STALE: Final = "taught_words_stale"


def in_use() -> TaughtRecognizer | None:
    """The recogniser with the taught words, if they are switched on."""
    taught: TaughtRecognizer | None = st.session_state.get(_IN_USE)
    return taught


def use(
    taught: TaughtRecognizer | None, again: Callable[[], TaughtRecognizer | None] | None = None
) -> None:
    """Recognise with these words from now on, or without any.

    again: learns them from their takes and the counter-examples; None if there are no takes.
    """
    st.session_state[_AGAIN] = again
    if taught is not in_use():
        st.session_state[_IN_USE] = taught
        st.session_state[_TURN] = turn() + 1


def turn() -> int:
    """A number that is another one whenever the words are others."""
    number: int = st.session_state.get(_TURN, 0)
    return number


def recogniser() -> Recognizer:
    """The usual recogniser, with the taught words if they are switched on."""
    return in_use() or resources.cascade()


def counter_examples() -> list[Take]:
    """Sounds that are none of the words."""
    kept: list[Take] = st.session_state.setdefault(_COUNTER, [])
    return kept


def can_learn() -> bool:
    """Whether the words in use can be learnt again."""
    return st.session_state.get(_AGAIN) is not None


def keep_as_wrong(take: Take) -> None:
    """Keep a sound that was taken for a word wrongly, for `learn_again`."""
    counter_examples().append(take)
    st.session_state[_STALE] = True


def are_stale() -> bool:
    """Whether a counter-example was kept that the words in use were not learnt with."""
    return can_learn() and bool(st.session_state.get(_STALE))


def learn_again() -> None:
    """Learn the words in use again if a counter-example was kept since; takes a second or two.

    Not to be done in the callback of a button, which the next message of the page would cut off.
    Raises TeachingError if they can't be learnt.
    """
    if not are_stale():
        return
    again: Callable[[], TaughtRecognizer | None] = st.session_state[_AGAIN]
    try:
        learnt = again()
    except TeachingError:
        st.session_state[_STALE] = False
        raise
    st.session_state[_STALE] = False
    if learnt is not None:
        use(learnt, again)


def sounds() -> list[Take]:
    """What Live heard of late and handed to Teach, sound by sound."""
    kept: list[Take] = st.session_state.get(_SOUNDS, [])
    return kept


def hand_over(takes: list[Take]) -> None:
    """Hand sounds to Teach, in place of those before; none empties it."""
    st.session_state[_SOUNDS] = takes

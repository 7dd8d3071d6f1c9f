"""State of "Your room" in a session: both tests, and which of them follows the listener."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from kws_core.live import Listener
from kws_core.live.programmes import PROMPTS
from kws_core.room import AlarmCount, PromptTest, choose_words
from kws_core.ui.live import state
from kws_core.ui.shared import own_recordings

_COUNT: Final = "live_room_count_kept"
_PROMPTS: Final = "live_room_prompts_kept"


def count() -> AlarmCount | None:
    """The count of false alarms, if there is one."""
    kept: AlarmCount | None = st.session_state.get(_COUNT)
    return kept


def prompts() -> PromptTest | None:
    """The test with words to be said, if there is one."""
    kept: PromptTest | None = st.session_state.get(_PROMPTS)
    return kept


def follows(listener: Listener, test: AlarmCount | PromptTest | None) -> bool:
    """Whether a test is under way; it goes on only while something is heard."""
    return test is not None and listener.hearing.follower is test and not test.is_over


def can_go_on(listener: Listener, test: AlarmCount | PromptTest) -> bool:
    """Whether a test that was stopped can go on with the model that listens."""
    hearing = listener.hearing
    return not test.is_over and (test.model, test.labels) == (hearing.model, hearing.labels)


def begin_count(listener: Listener, seconds: float) -> None:
    """Count false alarms from now on."""
    hearing = listener.hearing
    test = AlarmCount(hearing.labels, hearing.settings, seconds, hearing.model)
    st.session_state[_COUNT] = test
    hearing.follow(test)


def begin_prompts(listener: Listener, words: Sequence[str] | None = None) -> None:
    """Ask for words from now on; None: for some of those that are listened for."""
    hearing = listener.hearing
    asked = choose_words(listened_for(listener)) if words is None else words
    test = PromptTest(hearing.labels, hearing.settings, asked, hearing.model)
    st.session_state[_PROMPTS] = test
    hearing.follow(test)


def begin_sample_voice(listener: Listener, words: Sequence[str]) -> None:
    """Ask for words that a sample says in time: the test begins with the sample."""
    listener.pause()  # nothing else is heard until it plays
    begin_prompts(listener, words)
    state.ask_to_play(PROMPTS)


def delete(listener: Listener) -> None:
    """Forget both tests, with all sounds, also those handed to another page."""
    if listener.hearing.follower in (count(), prompts()):
        listener.hearing.follow(None)
    for key in (_COUNT, _PROMPTS):
        st.session_state.pop(key, None)
    own_recordings.forget()


def listened_for(listener: Listener) -> tuple[str, ...]:
    """The words that can be heard now."""
    return listener.hearing.settings.listened_for(listener.hearing.labels)

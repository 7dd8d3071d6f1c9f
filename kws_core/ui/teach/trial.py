"""Try the taught words at once, and keep what was heard wrongly as a counter-example."""

from __future__ import annotations

import logging
from typing import Final

import streamlit as st

from kws_core.audio.clip import Clip
from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.style import percent
from kws_core.spotting.finder import Word
from kws_core.teaching.takes import whole_take
from kws_core.teaching.taught import TaughtRecognizer
from kws_core.ui.shared import resources, taught_words
from kws_core.ui.shared.button import button, quiet_button
from kws_core.ui.shared.messages import plain, words_for
from kws_core.ui.teach import state
from kws_core.ui.teach.use import use_from_now_on

_CLIP: Final = "teach_trial_kept"
_RECORD: Final = "teach_trial_record"
_ROOM_S: Final = 0.1
_log = logging.getLogger(__name__)


def show_trial(taught: TaughtRecognizer) -> None:
    """Find the words in a recording or in the sample with several words."""
    st.header("Try it", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.audio_input(
            "Say it among other words, with pauses",
            sample_rate=SAMPLE_RATE,
            key=_RECORD,
            on_change=_take_recording,
        )
        key = "teach_trial_sample"
        button("Try the sample recording", "library_music", _take_sample, key=key)
        if st.button(
            "Try it live",
            icon=":material/mic:",
            key="teach_live",
            help="Opens Live with these words. A word that is heard wrongly there becomes a "
            "counter-example with one press.",
        ):
            use_from_now_on(taught)
            st.switch_page("pages/4_Live.py")
    _show_counter_examples()
    clip: Clip | None = st.session_state.get(_CLIP)
    if clip is None:
        return
    found = taught.find_words(clip.samples, clip.sample_rate)
    if not found:
        st.markdown("**No word found.** Leave a pause before and after each word.")
    for number, word in enumerate(found):
        _one_word(clip, word, number, is_taught=word.label in taught.lesson.head.words)


def _show_counter_examples() -> None:
    n = len(taught_words.counter_examples())
    if not n:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{n} counter-example{'' if n == 1 else 's'} kept.", width="content")
        st.button(
            "Forget them",
            type="tertiary",
            on_click=taught_words.counter_examples().clear,
            key="teach_counter_drop",
            help="Learn the words without the counter-examples.",
        )


def _one_word(clip: Clip, word: Word, number: int, *, is_taught: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        text = f"{plain(word.label)} {plain(percent(word.score))}"
        st.markdown(
            f"{word.start:.2f} s: **{text}**" if is_taught else f"{word.start:.2f} s: {text}",
            width="content",
        )
        if is_taught:
            key = f"teach_wrong_{number}"
            about = "Keep this sound as a counter-example and learn the words again."
            quiet_button("Wrong", "thumb_down", _keep_as_wrong, clip, word, key=key, help=about)


def _keep_as_wrong(clip: Clip, word: Word) -> None:
    first = max(0, round((word.start - _ROOM_S) * clip.sample_rate))
    stop = round((word.end + _ROOM_S) * clip.sample_rate)
    taught_words.keep_as_wrong(whole_take(clip.samples[first:stop]))


def _take_recording() -> None:
    given = st.session_state[_RECORD]
    if given is None:
        return
    try:
        st.session_state[_CLIP] = read_audio(given.getvalue())
    except Exception as error:
        state.tell(words_for(error, "Reading the trial", _log))


def _take_sample() -> None:
    sentence = next(one for one in resources.samples().values() if one.kind == "sentence")
    st.session_state[_CLIP] = read_audio(sentence.path)

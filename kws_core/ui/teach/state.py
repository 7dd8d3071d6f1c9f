"""What a session of the Teach page keeps: takes, counter-examples, and what was learnt of them."""

from __future__ import annotations

import logging
from typing import Final

import streamlit as st

from kws_core.audio.read import read_audio
from kws_core.errors import TeachingError
from kws_core.labels import LABELS
from kws_core.teaching.lesson import SeenTake
from kws_core.teaching.names import check_name
from kws_core.teaching.ready import ready_takes
from kws_core.teaching.takes import ADVICE, USELESS, Take, make_take
from kws_core.teaching.taught import TaughtRecognizer, teach_takes
from kws_core.ui.shared import resources, taught_words
from kws_core.ui.shared.messages import plain, words_for

_WORDS: Final = "teach_words_kept"
_CURRENT: Final = "teach_current_kept"
_ONLY: Final = "teach_only_kept"
_THRESHOLDS: Final = "teach_thresholds_kept"
_SEEN: Final = "teach_seen_kept"  # embeddings of takes by their key
_FITTED: Final = "teach_fitted_kept"
_MESSAGE: Final = "teach_message_kept"
_log = logging.getLogger(__name__)


def words() -> dict[str, list[Take]]:
    """The takes of each word, in the order they were named."""
    kept: dict[str, list[Take]] = st.session_state.setdefault(_WORDS, {})
    return kept


def current() -> str | None:
    """The word that takes are added to."""
    name: str | None = st.session_state.get(_CURRENT)
    return name if name in words() else next(iter(words()), None)


def choose(name: str) -> None:
    """Add takes to another word from now on."""
    st.session_state[_CURRENT] = name


def only() -> bool:
    """Whether the taught words replace those that the model knows."""
    return bool(st.session_state.get(_ONLY, False))


def set_only(wanted: bool) -> None:
    """Replace the words that the model knows, or stand beside them."""
    st.session_state[_ONLY] = wanted


def add_word(name: str) -> None:
    """Name a new word; tells why not if it can't be."""
    try:
        checked = check_name(name, [*words(), *(() if only() else LABELS)])
    except TeachingError as error:
        tell(str(error))
        return
    words()[checked] = []
    choose(checked)


def remove_word(name: str) -> None:
    """Forget a word with its takes."""
    words().pop(name, None)
    st.session_state.setdefault(_THRESHOLDS, {}).pop(name, None)


def add_take(name: str, data: bytes, what: str) -> None:
    """Add a recording to a word's takes; tells what is wrong with it, and keeps it if it can."""
    try:
        clip = read_audio(data)
        take = make_take(clip.samples, clip.sample_rate)
    except Exception as error:
        tell(f"{plain(what)}: {words_for(error, 'Reading a take', _log)}")
        return
    keep_take(name, take, what)


def keep_take(name: str, take: Take, what: str) -> None:
    """Add a take to a word; tells why not if it can't be used."""
    if USELESS & set(take.problems):
        tell(f"{plain(what)}: {ADVICE[take.problems[0]]}")
    elif any(take.key == other.key for other in words()[name]):
        tell(f"{plain(what)}: this recording is among the takes already, so it counts once.")
    else:
        words()[name].append(take)


def drop_take(name: str, key: str) -> None:
    """Throw a take away."""
    words()[name] = [take for take in words()[name] if take.key != key]


def take_ready_ones() -> None:
    """Teach the ready takes, instead of the words that the model knows: it knows them too."""
    set_only(True)
    for name, paths in ready_takes().items():
        words().setdefault(name, [])
        for path in paths:
            add_take(name, path.read_bytes(), path.name)
    st.session_state.pop(_MESSAGE, None)  # those that were there already


def set_threshold(word: str, threshold: float) -> None:
    """Ask for another score of a word from now on, in log-odds."""
    st.session_state.setdefault(_THRESHOLDS, {})[word] = threshold


def taught() -> TaughtRecognizer | None:
    """What was learnt of the takes so far; None while there are none.

    Raises TeachingError if they can't be learnt.
    """
    usable = {name: takes for name, takes in words().items() if takes}
    if not usable:
        return None
    counter = taught_words.counter_examples()
    key = (
        only(),
        tuple((name, tuple(take.key for take in takes)) for name, takes in usable.items()),
        tuple(take.key for take in counter),
    )
    kept: tuple[object, TaughtRecognizer] | None = st.session_state.get(_FITTED)
    if kept is None or kept[0] != key:
        seen: dict[str, SeenTake] = st.session_state.setdefault(_SEEN, {})
        with st.spinner("Learning the words"):
            learnt = teach_takes(
                resources.recogniser(), usable, not_words=counter, only=only(), seen=seen
            )
        kept = st.session_state[_FITTED] = key, learnt
    thresholds = st.session_state.get(_THRESHOLDS, {})
    wanted = {word: value for word, value in thresholds.items() if word in usable}
    now = {report.word: report.threshold for report in kept[1].report}
    if now | wanted != now:
        kept = st.session_state[_FITTED] = key, kept[1].with_thresholds(wanted)
    return kept[1]


def tell(message: str) -> None:
    """Show a message on the next run of the page."""
    st.session_state[_MESSAGE] = message


def show_message() -> None:
    """Show what there is to tell, once."""
    message = st.session_state.pop(_MESSAGE, None)
    if message is not None:
        st.warning(message, icon=":material/info:")

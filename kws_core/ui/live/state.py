"""State of a Live session: listener, settings and game.

Widgets get their values from here on every run and report changes back, so that what was chosen
survives their absence on other pages.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from kws_core.audio.waveform import Samples
from kws_core.errors import KwsError
from kws_core.live import Listener
from kws_core.live.game import Game, advance
from kws_core.live.preview import Preview, preview_of
from kws_core.live.programmes import PROGRAMMES, render
from kws_core.models.cascade import SEPARATOR
from kws_core.spotting import DetectorSettings, KeywordDetector
from kws_core.spotting.recognizer import CASCADE, DEFAULT_MODEL, Recognizer
from kws_core.teaching.taught import TaughtRecognizer
from kws_core.ui.shared import taught_words
from kws_core.ui.shared.models_loaded import model_named

_LISTENER: Final = "live_listener_kept"
_SETTINGS: Final = "live_settings_kept"
_MODEL: Final = "live_model_kept"
_BEFORE: Final = "live_model_before"  # the taught words chose theirs
_FOLLOWED: Final = "live_taught_followed"  # the taught words that were listened for last
_PROGRAMME: Final = "live_programme_kept"
_TO_PLAY: Final = "live_to_play_kept"  # name of a sample that was asked for
_GAME: Final = "live_game_kept"
_GAME_WORD: Final = "live_game_word_kept"  # number of the last word that the game knows of


@st.cache_resource(max_entries=len(PROGRAMMES), show_spinner="Preparing the sample")
def programme_sound(name: str) -> Samples:
    """The sound of a programme, (n,) at 16 kHz, made once per server."""
    return render(PROGRAMMES[name])


@st.cache_resource(max_entries=4 * len(PROGRAMMES), show_spinner=False)
def preview(programme: str, model: str) -> Preview:
    """How a programme looks to a model with the default settings, made once per server."""
    return preview_of(KeywordDetector(model_named(model)), programme_sound(programme))


def listener() -> Listener:
    """The session's listener, made when it is first asked for, with the model that is chosen.

    Raises ModelError if the model can't be loaded.
    """
    kept: Listener | None = st.session_state.get(_LISTENER)
    taught = taught_words.in_use()
    if st.session_state.get(_FOLLOWED) is not taught:
        st.session_state[_FOLLOWED] = taught
        _follow(taught)
    name = model_name()
    model = model_named(name)
    if taught is not None and taught.card.name == name:
        model, name = taught, f"{name} with own words {taught_words.turn()}"
    if kept is None:
        kept = st.session_state[_LISTENER] = Listener(_detector(model), name)
    elif kept.hearing.model != name:
        kept.hearing.use(_detector(model), name)
    return kept


def _follow(taught: TaughtRecognizer | None) -> None:
    """Listen for words taught since, with their model; after them, with the one before."""
    if taught is None:
        if _BEFORE in st.session_state:
            choose_model(st.session_state[_BEFORE])
        return
    before = st.session_state.get(_BEFORE, model_name())
    choose_model(taught.card.name)
    st.session_state[_BEFORE] = before
    chosen = settings()
    if chosen.words is not None and not set(chosen.words) & set(taught.lesson.head.words):
        st.session_state[_SETTINGS] = replace(chosen, words=None)


def _detector(model: Recognizer) -> KeywordDetector:
    chosen = settings()
    if chosen.words is not None and not set(chosen.words) <= set(model.labels):
        # Of the model before.
        chosen = st.session_state[_SETTINGS] = replace(chosen, words=None)
    return KeywordDetector(model, chosen)


def settings() -> DetectorSettings:
    """How it listens."""
    chosen: DetectorSettings = st.session_state.get(_SETTINGS, DetectorSettings())
    return chosen


def change(**changes: Any) -> None:
    """Listen with other settings from now on."""
    use(replace(settings(), **changes))


def use(chosen: DetectorSettings) -> None:
    """Listen with these settings from now on."""
    listener().hearing.configure(chosen)
    st.session_state[_SETTINGS] = chosen


def model_name() -> str:
    """The name of the model that listens."""
    name: str = st.session_state.get(_MODEL, DEFAULT_MODEL)
    return name if name in model_names() else model_names()[0]


def model_names() -> tuple[str, ...]:
    """The names of the models to choose from, the usual one first."""
    available = Recognizer.available()
    cascade = (CASCADE,) if set(CASCADE.split(SEPARATOR)) <= set(available) else ()
    return tuple(dict.fromkeys((DEFAULT_MODEL, *cascade, *available)))


def choose_model(name: str) -> None:
    """Let another model listen from the next run of the page on; the log stays."""
    st.session_state[_MODEL] = name
    st.session_state.pop(_BEFORE, None)


def programme() -> str:
    """The name of the sample that is chosen."""
    name: str = st.session_state.get(_PROGRAMME, next(iter(PROGRAMMES)))
    return name


def choose_programme(name: str) -> None:
    """Choose a sample."""
    st.session_state[_PROGRAMME] = name


def ask_to_play(name: str) -> None:
    """Choose a sample, to be played from its start by `play_what_was_asked`."""
    choose_programme(name)
    st.session_state[_TO_PLAY] = name


def play_what_was_asked() -> None:
    """Play the sample that was asked for, if any.

    Not to be done where it is asked for, in the callback of a button: to make its sound takes a
    while, in which the next message of the page would cut the callback off, and the click is lost.
    """
    name: str | None = st.session_state.get(_TO_PLAY)
    if name is None:
        return
    try:
        listener().play(programme_sound(name))
    except KwsError:
        st.session_state[_TO_PLAY] = None
        raise
    st.session_state[_TO_PLAY] = None


def game() -> Game:
    """The game, gone on to where the stream is."""
    now = listener()
    known: int = st.session_state.get(_GAME_WORD, 0)
    new = [word for word in now.hearing.words if word.number > known]
    state: Game = st.session_state.get(_GAME, Game(time=now.hearing.duration))
    state = advance(state, now.hearing.duration, [(word.time, word.label) for word in new])
    st.session_state[_GAME] = state
    st.session_state[_GAME_WORD] = new[-1].number if new else known
    return state


def new_game() -> None:
    """Start the game anew, with other stars."""
    seed = st.session_state.get(_GAME, Game()).seed + 1
    kept: Listener | None = st.session_state.get(_LISTENER)
    words = kept.hearing.words if kept is not None else []
    st.session_state[_GAME] = Game(
        seed=seed, time=kept.hearing.duration if kept is not None else 0.0
    )
    st.session_state[_GAME_WORD] = words[-1].number if words else 0

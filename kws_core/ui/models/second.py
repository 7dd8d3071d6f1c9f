"""The second of the current clip that the Models page looks into, with what was computed of it."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.audio.one_second import cut_second, fits_whole, loudest_start, start_around
from kws_core.audio.remembered import Floats
from kws_core.lab.second import Second
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.clip import current_clip
from kws_core.ui.clip.current_clip import COMPUTED, ChosenClip
from kws_core.ui.clip.heard import heard_in

_SECOND: Final = f"{COMPUTED}models_second"


def current_second(listener: Recognizer) -> tuple[Second, str]:
    """Return the second that is looked into, and what to tell of it: empty if it is all there is.

    Of a longer clip it is the one with its first word, or its loudest.
    """
    chosen = current_clip.current()
    start, told = _start(chosen, listener.n_samples)
    identity = chosen.key, start, listener.n_samples
    kept: tuple[object, Second] | None = st.session_state.get(_SECOND)
    if kept is None or kept[0] != identity:
        second = Second(cut_second(chosen.clip.samples, listener.n_samples, start), start)
        kept = st.session_state[_SECOND] = identity, second
    return kept[1], told


def picture_of(second: Second, listener: Recognizer) -> Floats:
    """Return what a model's front end makes of a second."""
    key = "picture", listener.card.sha256
    return second.recall(key, lambda: listener.features(second.samples))


def _start(chosen: ChosenClip, n_samples: int) -> tuple[float, str]:
    samples = chosen.clip.samples
    if fits_whole(samples, n_samples):
        return 0.0, ""
    words = heard_in(chosen).words
    if words:
        start = start_around(words[0].start, words[0].end, samples, n_samples)
        return start, f"Of the clip, the word “{words[0].label}” at {start:.2f} s is looked at."
    start = round(loudest_start(samples, n_samples), 2)
    return start, f"Of the clip, its loudest second at {start:.2f} s is looked at."

"""The examined second of the current clip, and questions about it with their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st
from torch import nn

from kws_core.audio.one_second import cut_second, fits_whole, loudest_start, start_around
from kws_core.audio.remembered import Floats
from kws_core.charts.style import readable
from kws_core.explain.masking import Baseline
from kws_core.explain.methods import METHODS, Explanation, Method, explain
from kws_core.explain.sanity import untrained_twin
from kws_core.lab.second import Second
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.clip import current_clip
from kws_core.ui.clip.current_clip import COMPUTED, ChosenClip
from kws_core.ui.clip.heard import heard_in

_SECOND: Final = f"{COMPUTED}models_second"


def current_second(listener: Recognizer) -> tuple[Second, str]:
    """Return the second that is examined, and a note on where it is; empty for a short clip.

    In a longer clip it is the second of the first word, or the loudest.
    """
    chosen = current_clip.current()
    start, note = _start(chosen, listener.n_samples)
    identity = chosen.key, start, listener.n_samples
    kept: tuple[object, Second] | None = st.session_state.get(_SECOND)
    if kept is None or kept[0] != identity:
        second = Second(cut_second(chosen.clip.samples, listener.n_samples, start), start)
        kept = st.session_state[_SECOND] = identity, second
    return kept[1], note


def picture_of(second: Second, listener: Recognizer) -> Floats:
    """Return the front end's output for a second."""
    key = "picture", listener.card.sha256
    return second.recall(key, lambda: listener.features(second.samples))


def _start(chosen: ChosenClip, n_samples: int) -> tuple[float, str]:
    samples = chosen.clip.samples
    if fits_whole(samples, n_samples):
        return 0.0, ""
    words = heard_in(chosen).words
    if words:
        start = start_around(words[0].start, words[0].end, samples, n_samples)
        return start, f"Examined: the word “{words[0].label}” at {start:.2f} s."
    start = round(loudest_start(samples, n_samples), 2)
    return start, f"Examined: the loudest second, at {start:.2f} s."


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked: why a model gives a label to a second, compared with a baseline."""

    listener: Recognizer
    second: Second
    picture: Floats
    label: int
    baseline: Floats
    baseline_name: Baseline

    @property
    def key(self) -> tuple[object, ...]:
        """What the answers depend on, beside the second."""
        return self.listener.card.sha256, self.label, self.baseline_name

    @property
    def word(self) -> str:
        """The label, as people write it."""
        return readable(self.listener.labels[self.label])

    def score(self, pictures: Floats) -> Floats:
        """Return the posteriors (n,) of the label for pictures (n, bands, frames)."""
        return self.listener.posteriors_of_features(pictures)[:, self.label]


def explanation(question: Question, method: Method) -> Explanation:
    """Return a method's map with its checks."""
    return question.second.recall(
        ("explained", method, *question.key),
        lambda: explain(
            method,
            question.listener.loaded.network,
            _twin(question.listener.card.architecture, len(question.listener.labels)),
            question.picture,
            question.label,
            question.baseline,
        ),
    )


def explanations(question: Question) -> dict[Method, Explanation]:
    """Return the maps of all methods."""
    return {method: explanation(question, method) for method in METHODS}


@st.cache_resource(max_entries=2, show_spinner=False)
def _twin(architecture: str, n_outputs: int) -> nn.Module:
    return untrained_twin(architecture, n_outputs)

"""Why a label: what is asked about the current clip, and the answers, kept with it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from torch import nn

from kws_core.audio.remembered import Floats
from kws_core.charts.style import readable
from kws_core.explain.baselines import Baseline
from kws_core.explain.methods import METHODS, Explanation, Method, explain
from kws_core.explain.sanity import untrained_twin
from kws_core.lab.second import Second
from kws_core.spotting.recognizer import Recognizer


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

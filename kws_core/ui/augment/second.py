"""Which clip the Augment page works on, and which second of it."""

from __future__ import annotations

import math
from typing import Final

import streamlit as st

from kws_core.audio.one_second import (
    cut_second,
    fits_whole,
    last_start,
    loudest_start,
    start_around,
)
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.style import readable
from kws_core.lab.backgrounds import made_backgrounds
from kws_core.lab.second import Second
from kws_core.spotting.finder import Word
from kws_core.ui.augment import state
from kws_core.ui.augment.state import OWN_RECORDINGS
from kws_core.ui.clip import current_clip
from kws_core.ui.clip.current_clip import COMPUTED, ChosenClip
from kws_core.ui.clip.heard import heard_in
from kws_core.ui.shared import resources
from kws_core.ui.shared.seeded import seeded

_SECOND: Final = f"{COMPUTED}augment_second"
_MOST_WORDS: Final = 12  # as buttons; a longer recording has the slider
_STEP: Final = 0.01  # seconds


def chosen_second(chosen: ChosenClip) -> Second:
    """Let a person choose the second of a longer clip; returns it with what was computed of it."""
    samples, n_samples = chosen.clip.samples, resources.recogniser().n_samples
    start = 0.0
    if not fits_whole(samples, n_samples):
        start = _choose_start(chosen, n_samples)
    own = {name: current_clip.clip_of(source) for name, source in OWN_RECORDINGS.items()}
    mine = {name: clip for name, clip in own.items() if clip is not None}
    identity = (chosen.key, start, *(clip.key for clip in mine.values()))
    kept: tuple[object, Second] | None = st.session_state.get(_SECOND)
    if kept is None or kept[0] != identity:
        recordings = {name: clip.clip.samples for name, clip in mine.items()}
        second = Second(
            cut_second(samples, n_samples, start),
            start,
            {**made_backgrounds(), **recordings},
            chosen.name,
        )
        kept = st.session_state[_SECOND] = identity, second
    return kept[1]


def _choose_start(chosen: ChosenClip, n_samples: int) -> float:
    samples = chosen.clip.samples
    with st.spinner("Looking for words"):
        words = heard_in(chosen).words
    starts = [start_around(word.start, word.end, samples, n_samples) for word in words]
    first = starts[0] if starts else round(loudest_start(samples, n_samples), 2)
    latest = math.floor(last_start(samples, n_samples) / _STEP + 1e-6) * _STEP
    wanted = state.lab().start
    start = min(first if wanted is None else wanted, latest)
    if latest <= 0:
        return start
    seconds = n_samples / SAMPLE_RATE
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if words:
            _word_pills(words[:_MOST_WORDS], starts, start)
        label = f"The model sees {seconds:g} s. It starts at, s"
        more = {"step": _STEP, "format": "%.2f", "width": 360}
        state.control(st.slider, "start", label, 0.0, latest, value=start, **more)
    st.caption(
        f":material/content_cut: This page works on {start:.2f} to {start + seconds:.2f} s of "
        f"{chosen.clip.duration:.1f} s."
    )
    return start


def _word_pills(words: tuple[Word, ...], starts: list[float], start: float) -> None:
    options = list(range(len(words)))

    def choose(number: int | None) -> None:
        if number is not None:
            state.change(start=starts[number])

    seeded(
        st.pills,
        "Words found in the clip",
        options,
        key="augment_word",
        value=next((i for i in options if starts[i] == start), None),
        put=choose,
        format_func=lambda i: f"{readable(words[i].label)} {words[i].start:.1f} s",
        wrap=True,
    )

"""Detector settings, and the misses and false alarms measured with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from kws_core.live import Listener
from kws_core.live.det_chart import describe_point, det_figure
from kws_core.live.game import GAME_WORDS
from kws_core.live.operating_point import QUIET, Measured, measured
from kws_core.models.cascade import SEPARATOR
from kws_core.room import THRESHOLDS
from kws_core.spotting import DetectorSettings
from kws_core.ui.live import state, texts
from kws_core.ui.shared.chart import plain_chart
from kws_core.ui.shared.commands import commands_choice
from kws_core.ui.shared.models_loaded import model_named
from kws_core.ui.shared.seeded import seeded

_ALONE: Final = "live_alone"
_CONDITION: Final = "live_condition"


def show_settings(listener: Listener) -> None:
    """Let a person choose words and settings, and show what they cost."""
    st.header(texts.SETTINGS, anchor=False)
    controls, curve = st.columns(2, gap="large")
    with controls:
        _model_choice()
        _sliders(listener.hearing.settings)
        _words(listener)
    with curve:
        _show_curve(listener.hearing.settings)


def _sliders(settings: DetectorSettings) -> None:
    usual = DetectorSettings()
    st.session_state[_ALONE] = settings.alone
    commands_choice(
        _ALONE, texts.COMMANDS_HELP, lambda: state.change(alone=st.session_state[_ALONE])
    )
    options = sorted({*THRESHOLDS, usual.threshold, settings.threshold})
    seeded(
        st.select_slider,
        texts.THRESHOLD,
        options,
        key="live_threshold",
        value=settings.threshold,
        put=_change_threshold,
        help=texts.THRESHOLD_HELP,
    )
    seeded(
        st.slider,
        texts.SMOOTHING,
        settings.hop,
        8 * settings.hop,
        key="live_smoothing",
        value=round(settings.n_smoothed * settings.hop, 2),
        put=lambda seconds: state.change(smoothing=seconds),
        step=settings.hop,
        format="%.2f s",
        help=texts.SMOOTHING_HELP,
    )
    seeded(
        st.slider,
        texts.REFRACTORY,
        0.0,
        2.0,
        key="live_refractory",
        value=settings.refractory,
        put=lambda seconds: state.change(refractory=seconds),
        step=0.1,
        format="%.1f s",
        help=texts.REFRACTORY_HELP,
    )
    # Always there, so that nothing below moves.
    st.button(
        texts.DEFAULTS,
        icon=":material/restart_alt:",
        type="tertiary",
        disabled=settings == usual,
        on_click=state.use,
        args=(usual,),
        key="live_reset",
    )


def _words(listener: Listener) -> None:
    known = replace(listener.hearing.settings, words=None).listened_for(listener.hearing.labels)
    chosen = listener.hearing.settings.words
    n_chosen = len(known if chosen is None else chosen)
    label = texts.WORDS.format(chosen=n_chosen, known=len(known))
    with st.expander(label, icon=":material/list:", key="live_words_expander"):
        with st.container(horizontal=True):
            st.button(
                texts.ALL_WORDS, on_click=state.change, kwargs={"words": None}, key="live_all"
            )
            st.button(
                texts.GAME_WORDS,
                on_click=state.change,
                kwargs={"words": tuple(word for word in GAME_WORDS if word in known)},
                key="live_game_words",
            )
        seeded(
            st.pills,
            texts.WORDS_LABEL,
            known,
            key="live_words",
            value=list(known if chosen is None else chosen),
            put=lambda words: _choose_words(known, words),
            selection_mode="multi",
            label_visibility="collapsed",
        )


def _model_choice() -> None:
    seeded(
        st.selectbox,
        texts.MODEL,
        state.model_names(),
        key="live_model",
        value=state.model_name(),
        put=state.choose_model,
        format_func=lambda name: name.replace(SEPARATOR, texts.ASKING),
        help=texts.MODEL_HELP,
    )


def _change_threshold(chosen: float) -> None:
    usual = DetectorSettings()
    # Thresholds of single words belong to the usual one: any other is for all words.
    own = dict(usual.word_thresholds) if chosen == usual.threshold else {}
    state.change(threshold=chosen, word_thresholds=own)


def _choose_words(known: tuple[str, ...], words: list[str]) -> None:
    chosen = tuple(word for word in known if word in words)
    state.change(words=None if len(chosen) == len(known) else chosen)


def _show_curve(settings: DetectorSettings) -> None:
    name = state.model_name()
    found = measured(name)
    if found is None:
        st.markdown(texts.NOT_MEASURED)
        st.caption(texts.MEASURE.format(model=name))
        return
    condition = st.segmented_control(
        texts.CONDITION,
        found.conditions,
        default=found.conditions[0],
        required=True,
        key=_CONDITION,
        help=texts.CONDITION_HELP,
        persist_state="session",
    )
    if condition not in found.conditions:  # chosen with another model
        condition = found.conditions[0]
    other = found.differs(settings)
    point = None if other else found.at(settings.threshold, condition)
    if point is None:
        headline = texts.OTHER_SETTINGS.format(names=", ".join(other))
    else:
        where = texts.IN_QUIET if condition == QUIET else texts.IN_NOISE.format(ratio=condition)
        headline = texts.POINT.format(condition=where, point=describe_point(point))
    st.markdown(headline)
    text = texts.CURVE.format(point=headline.replace("*", ""))
    plain_chart(det_figure(found.curves[condition], point), "live_det", text)
    st.caption(" ".join(_remarks(found, condition, name)))


def _remarks(found: Measured, condition: str, name: str) -> list[str]:
    remarks = [
        texts.MEASURED_ON.format(
            words=found.words[condition], hours=found.hours, sound=found.alarms_in
        )
    ]
    if condition != QUIET and not found.alarms_by_condition:
        remarks.append(texts.ALARMS_IN_QUIET)
    if found.weights_sha256 != model_named(name).card.sha256:
        remarks.append(texts.OLD_WEIGHTS)
    return remarks

"""How the detector listens, and how often it errs so: sliders, words, and the curve."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from kws_core.live import Listener
from kws_core.live.det_chart import describe_point, det_figure
from kws_core.live.game import GAME_WORDS
from kws_core.live.operating_point import Measured, measured
from kws_core.spotting import DetectorSettings
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.live import state
from kws_core.ui.shared.models_loaded import model_named

# Closer together near 1, where good detectors differ.
_THRESHOLDS: Final = (
    *(round(0.3 + 0.05 * i, 2) for i in range(13)),
    *(0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998, 0.999),
)
_THRESHOLD: Final = "live_threshold"
_SMOOTHING: Final = "live_smoothing"
_REFRACTORY: Final = "live_refractory"
_WORDS: Final = "live_words"
_MODEL: Final = "live_model"


def show_settings(listener: Listener) -> None:
    """Let a person choose words and settings, and show what they mean."""
    st.subheader("What counts as a word", anchor=False)
    sliders, curve = st.columns(2, gap="large")
    with sliders:
        _model_choice()
        _sliders(listener.hearing.settings)
        _words(listener)
    with curve:
        _show_curve(listener.hearing.settings)


def _sliders(settings: DetectorSettings) -> None:
    usual = DetectorSettings()
    options = sorted({*_THRESHOLDS, usual.threshold, settings.threshold})
    st.session_state[_THRESHOLD] = settings.threshold
    st.select_slider(
        "Threshold",
        options,
        key=_THRESHOLD,
        on_change=_change_threshold,
        help="Scores say first how likely it is that a word was said, then which. The least one "
        "that counts: higher misses more, and invents less.",
    )
    st.session_state[_SMOOTHING] = round(settings.n_smoothed * settings.hop, 2)
    st.slider(
        "Smoothing",
        settings.hop,
        8 * settings.hop,
        step=settings.hop,
        format="%.2f s",
        key=_SMOOTHING,
        on_change=_change,
        args=("smoothing", _SMOOTHING),
        help="Scores are averaged over so long: steadier, but later.",
    )
    st.session_state[_REFRACTORY] = settings.refractory
    st.slider(
        "Refractory time",
        0.0,
        2.0,
        step=0.1,
        format="%.1f s",
        key=_REFRACTORY,
        on_change=_change,
        args=("refractory", _REFRACTORY),
        help="After a word, nothing is heard for so long.",
    )
    if settings != usual:
        st.button(
            "Back to the settings that were measured best",
            icon=":material/restart_alt:",
            type="tertiary",
            on_click=state.use,
            args=(usual,),
            key="live_reset",
        )


def _words(listener: Listener) -> None:
    known = replace(listener.hearing.settings, words=None).listened_for(listener.hearing.labels)
    chosen = listener.hearing.settings.words
    label = f"Words to listen for: {'all' if chosen is None else len(chosen)} of {len(known)}"
    with st.expander(label, icon=":material/list:", key="live_words_expander"):
        with st.container(horizontal=True):
            st.button("All", on_click=state.change, kwargs={"words": None}, key="live_all")
            st.button(
                "Those of the game",
                on_click=state.change,
                kwargs={"words": tuple(word for word in GAME_WORDS if word in known)},
                key="live_game_words",
            )
        st.session_state[_WORDS] = list(known if chosen is None else chosen)
        st.pills(
            "Words to listen for",
            known,
            selection_mode="multi",
            key=_WORDS,
            on_change=_choose_words,
            args=(known,),
            label_visibility="collapsed",
        )


def _model_choice() -> None:
    available = Recognizer.available()
    if len(available) < 2:
        return
    st.session_state[_MODEL] = state.model_name()
    st.selectbox(
        "Model",
        available,
        key=_MODEL,
        on_change=lambda: state.use_model(st.session_state[_MODEL]),
    )


def _change(name: str, key: str) -> None:
    state.change(**{name: float(st.session_state[key])})


def _change_threshold() -> None:
    usual = DetectorSettings()
    chosen = float(st.session_state[_THRESHOLD])
    # Thresholds of single words belong to the usual one: any other is for all words.
    own = dict(usual.word_thresholds) if chosen == usual.threshold else {}
    state.change(threshold=chosen, word_thresholds=own)


def _choose_words(known: tuple[str, ...]) -> None:
    chosen = tuple(word for word in known if word in st.session_state[_WORDS])
    state.change(words=None if len(chosen) == len(known) else chosen)


def _show_curve(settings: DetectorSettings) -> None:
    name = state.model_name()
    found = measured(name)
    if found is None:
        st.markdown("**How often it errs** is not known yet.")
        st.caption(
            f"The misses and false alarms of `{name}` at each threshold appear here once they are "
            f"measured: `python -m kws_core evaluate-stream --model {name} --data DATA`."
        )
        return
    point = found.at(settings.threshold)
    st.markdown(f"**Here: {describe_point(point)}**")
    st.plotly_chart(
        det_figure(found, point),
        key="live_det",
        config={"displayModeBar": False},
        alt=f"Misses against false alarms per hour for every threshold; here, "
        f"{describe_point(point)}",
    )
    st.caption(" ".join(_remarks(found, settings, name)))


def _remarks(found: Measured, settings: DetectorSettings, name: str) -> list[str]:
    remarks = [
        f"Measured on {found.words} words of speakers not trained on, in quiet and in noise down "
        f"to 0 dB, and {found.hours:.1f} hours of other speech and noise."
    ]
    other = found.differs(settings)
    if other:
        remarks.append(f"With another choice of {' and '.join(other)} than yours.")
    if found.weights_sha256 != model_named(name).card.sha256:
        remarks.append("That was with earlier weights of this model.")
    return remarks

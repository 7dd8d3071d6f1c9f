"""The views of the Explore page that have axes of their own."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from typing import Final

import streamlit as st

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore import spectra
from kws_core.explore.own_charts import filters_figure, spectrum_figure, surface_figure
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import FFT_RATES, within
from kws_core.ui.clip.current_clip import ChosenClip
from kws_core.ui.explore import state
from kws_core.ui.explore.views import chart_config, columns, selection_of

_SELECTION: Final = "explore_selection"
_RATE: Final = "explore_fft_rate"
_SELECTION_STEP: Final = 0.01  # seconds
_LONGEST_NAME: Final = 20


def show_own_figures(
    clips: Sequence[ChosenClip], sounds: Sequence[Sound], settings: ViewSettings
) -> None:
    """Show those of them that are chosen."""
    views = state.shown().views
    if "fft" in views:
        _show_spectrum(clips, sounds, settings)
    if "mel-filters" in views:
        st.markdown("**Mel filters**")
        st.plotly_chart(
            filters_figure(settings),
            key="explore_filters",
            config=chart_config("mel-filters"),
            alt=f"{settings.n_mels} triangles from {settings.f_min:g} to {settings.f_max:g} Hz.",
        )
    if "surface" in views:
        _show_surfaces(clips, sounds, settings)


def _show_spectrum(
    clips: Sequence[ChosenClip], sounds: Sequence[Sound], settings: ViewSettings
) -> None:
    st.markdown("**FFT of a selection**")
    rate = _spectrum_controls(sounds)
    shown = state.shown()
    curves = []
    for clip, sound in zip(clips, sounds, strict=True):
        name = _in_legend(clip.name) if len(clips) > 1 else f"at {rate / 1000:g} kHz"
        curves.append((name, *spectra.spectrum(sound, rate, *selection_of(sound, shown))))
    if len(clips) == 1 and rate != SAMPLE_RATE:
        original = spectra.spectrum(sounds[0], SAMPLE_RATE, *selection_of(sounds[0], shown))
        curves.append((f"at {SAMPLE_RATE / 1000:g} kHz", *original))
    st.plotly_chart(
        spectrum_figure(curves, settings, f"{clips[0].key} {rate}"),
        key="explore_spectrum",
        config=chart_config(f"{clips[0].name} fft"),
        alt="Level over frequency of the selected part.",
    )


def _in_legend(name: str) -> str:
    """Return a clip's name, short enough for a phone, as Plotly wants it: it takes HTML."""
    short = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return html.escape(short, quote=False)


def _spectrum_controls(sounds: Sequence[Sound]) -> int:
    shown = state.shown()
    end = math.floor(max(sound.duration for sound in sounds) / _SELECTION_STEP) * _SELECTION_STEP
    end = round(end, 2)
    start, stop = selection_of(sounds[0], shown)
    st.session_state[_SELECTION] = (min(start, end), min(stop, end))
    st.session_state[_RATE] = shown.fft_rate

    def select() -> None:
        start, stop = st.session_state[_SELECTION]
        state.show(selection=(start, stop) if stop > start else None)

    selection, rate = st.columns([3, 1], gap="medium")
    selection.slider(
        "Selection, s",
        0.0,
        end,
        step=_SELECTION_STEP,
        key=_SELECTION,
        on_change=select,
        help="Marked in the waveform above. At first, where each clip is loudest.",
    )
    rate.selectbox(
        "Sample rate, Hz",
        FFT_RATES,
        format_func=lambda hz: f"{hz:,}",
        key=_RATE,
        on_change=lambda: state.show(fft_rate=st.session_state[_RATE]),
        help="The clip is brought to it first.",
    )
    return shown.fft_rate


def _show_surfaces(
    clips: Sequence[ChosenClip], sounds: Sequence[Sound], settings: ViewSettings
) -> None:
    st.markdown("**3-D surface**")
    shown = state.shown()
    for number, column in enumerate(columns(len(clips))):
        clip, sound = clips[number], sounds[number]
        part = within(shown.part, sound.duration) or (0.0, sound.duration)
        column.plotly_chart(
            surface_figure(sound, settings, part, f"{clip.key} {part}"),
            key=f"explore_surface_{number}",
            config=chart_config(f"{clip.name} surface"),
            alt="The log-mel spectrogram as a landscape over time and frequency.",
        )

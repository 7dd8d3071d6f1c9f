"""The controls of the Explore page: presets, every setting, and which views are shown."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from kws_core.explore.presets import PRESETS, nearest, preset
from kws_core.explore.resolution import sentence, summary
from kws_core.explore.settings import CHOICES, LIMITS
from kws_core.explore.views import VIEWS, ordered
from kws_core.ui.explore import state
from kws_core.ui.shared.messages import plain

_PRESET: Final = "explore_preset"
_VIEWS: Final = "explore_views"

_LABELS: Final[dict[str, str]] = {
    "centred": "center",
    "pre_emphasis": "pre-emphasis",
    "f_min": "f_min, Hz",
    "f_max": "f_max, Hz",
    "mel_scale": "mel scale",
    "mel_norm": "mel norm",
    "db_range": "range, dB",
    "floor_db": "floor, dB",
    "colour_map": "colours",
    "frequency_axis": "Hz axis",
    "mfcc_rows": "MFCC rows",
}
_HELP: Final[dict[str, str]] = {
    "n_fft": "Length of the Fourier transform. Beyond win_length it is filled up with zeros: a "
    "smoother picture, no finer one.",
    "win_length": "How many samples a frame covers; 16 are a millisecond.",
    "hop_length": "Samples from frame to frame; 160 are 10 ms.",
    "window": "What the samples of a frame are weighted with. Rectangular is sharpest and "
    "smears most, Blackman the other way round.",
    "centred": "Frame k has its middle at k · hop_length, with zeros beyond the clip's ends, as in "
    "librosa and torchaudio. Otherwise it starts there, as for the model.",
    "pre_emphasis": "a in y[n] = x[n] − a x[n−1], which raises high frequencies: 0 for none, 0.97 "
    "is usual.",
    "n_mels": "How many mel bands, each with at least one bin of the Fourier transform.",
    "mel_scale": "HTK's formula, or Slaney's: linear below 1 kHz, logarithmic above.",
    "mel_norm": "Slaney's gives all triangles the same area, none the same height.",
    "n_mfcc": "How many cosine coefficients, at most as many as mel bands.",
    "power": "Of the magnitudes that mel bands add up: 1 for magnitude, 2 for power.",
    "db_range": "How far below the loudest point the colours end.",
    "floor_db": "Quieter levels are raised to it before anything is made of them.",
    "mfcc_rows": "C0 is so much larger that it pales the others.",
}
_WIDTH: Final = 112  # pixels
_NAMES: Final[dict[Any, str]] = {
    "hann": "Hann",
    "hamming": "Hamming",
    "blackman": "Blackman",
    "rectangular": "rectangular",
    "htk": "HTK",
    "slaney": "Slaney",
    "no-c0": "no C0",
    "plain": "as they are",
}
_GROUPS: Final = (
    (
        "Frames, lengths in samples (16 are a millisecond)",
        ("n_fft", "win_length", "hop_length", "window", "pre_emphasis", "centred"),
    ),
    ("Mel bands and MFCC", ("n_mels", "f_min", "f_max", "mel_scale", "mel_norm", "n_mfcc")),
    (
        "Levels and looks",
        ("power", "floor_db", "db_range", "colour_map", "frequency_axis", "mfcc_rows"),
    ),
)
_STEPS: Final = {
    "win_length": 16,
    "hop_length": 16,
    "f_min": 50.0,
    "f_max": 50.0,
    "pre_emphasis": 0.01,
    "db_range": 10.0,
}
_FORMATS: Final = {"pre_emphasis": "%.2f", "floor_db": "%.1f"}


def preset_pills() -> None:
    """Offer settings to start from; none is marked when the settings are nobody's."""
    base, differing = nearest(state.settings())
    st.session_state[_PRESET] = None if differing else base.name
    st.pills(
        "Preset",
        [known.name for known in PRESETS],
        format_func=lambda name: next(one.label for one in PRESETS if one.name == name),
        key=_PRESET,
        on_change=_use_preset,
        label_visibility="collapsed",
        wrap=False,
    )


def settings_expander() -> None:
    """Offer every setting, in three groups, and tell what had to give way."""
    base, differing = nearest(state.settings())
    label = f"Settings: {summary(state.settings())}"
    with st.expander(label, icon=":material/tune:", key="explore_settings_expander"):
        about = base.purpose
        if differing:
            about = f"“{base.label}”, but for {', '.join(f'`{name}`' for name in differing)}."
        st.markdown(about)
        for title, names in _GROUPS:
            st.caption(f"**{title}**")
            # Fixed widths in a row that wraps: six beside each other, on a phone two.
            with st.container(horizontal=True):
                for name in names:
                    _control(name)
        st.caption(sentence(state.settings()))
    if told := state.messages():
        st.warning("\n\n".join(map(plain, told)), icon=":material/info:")


def views_pills() -> None:
    """Offer the views; any number can be shown below each other."""
    st.session_state[_VIEWS] = list(state.shown().views)
    st.pills(
        "Views",
        [view.name for view in VIEWS],
        selection_mode="multi",
        format_func=lambda name: next(view.label for view in VIEWS if view.name == name),
        key=_VIEWS,
        on_change=lambda: state.show(views=ordered(st.session_state[_VIEWS])),
        label_visibility="collapsed",
    )


def _use_preset() -> None:
    chosen = preset(st.session_state[_PRESET] or "")
    if chosen is not None:
        state.use(chosen.settings)


def _named(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _NAMES.get(value, str(value))


def _control(name: str) -> None:
    key = f"explore_{name}"
    st.session_state[key] = getattr(state.settings(), name)

    def change() -> None:
        state.change(name, st.session_state[key])

    label, help_text = _LABELS.get(name, name), _HELP.get(name)
    if name in CHOICES:
        st.selectbox(
            label,
            CHOICES[name],
            format_func=_named,
            key=key,
            width=_WIDTH,
            on_change=change,
            help=help_text,
        )
    else:
        limits = LIMITS[name]
        kind = type(getattr(state.settings(), name))
        st.number_input(
            label,
            kind(limits.low),
            kind(limits.high),
            step=kind(_STEPS.get(name, 1)),
            format=_FORMATS.get(name, "%.0f") if kind is float else "%d",
            key=key,
            width=_WIDTH,
            on_change=change,
            help=help_text,
        )

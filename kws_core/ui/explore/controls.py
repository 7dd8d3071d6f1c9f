"""The controls of the Explore page: which views are shown, presets, and every setting."""

from __future__ import annotations

import math
from typing import Any, Final

import streamlit as st

from kws_core.audio.remembered import Sound
from kws_core.explore.controls import CHOICES, GROUPS, NUMBERS
from kws_core.explore.link import FIRST_VIEWS
from kws_core.explore.presets import PRESETS, nearest
from kws_core.explore.resolution import sentence, summary
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import View
from kws_core.explore.views import NAMES, VIEWS
from kws_core.explore.views.fft import selected
from kws_core.ui.explore import state
from kws_core.ui.shared.button import quiet_button
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.seeded import seeded

_STEP: Final = 0.01  # seconds of the selection
_WIDTH: Final = 112  # pixels
_DEFAULTS: Final = ViewSettings()
_LABELS: Final = {view.name: view.label for view in VIEWS}


def views_pills() -> None:
    """Offer the views; any number can be shown below each other."""
    chosen = st.pills(
        "Show (any number of views)",
        NAMES,
        selection_mode="multi",
        default=list(FIRST_VIEWS),
        format_func=lambda name: _LABELS[name],
        key=state.VIEWS,
        bind="query-params",
        wrap=True,
    )
    if len(chosen) > 1:  # a single one is as soon pressed again
        quiet_button("Clear views", "close", state.clear_views, key="explore_clear")


def preset_pills() -> None:
    """Offer settings to start from; none is marked when the settings are no preset's."""
    base, differing = nearest(state.settings())
    seeded(
        st.pills,
        "Start from a preset",
        [known.name for known in PRESETS],
        key="explore_preset",
        value=None if differing else base.name,
        put=state.use_preset,
        format_func=lambda name: next(one.label for one in PRESETS if one.name == name),
        help="\n".join(f"- **{known.label}**: {known.purpose}" for known in PRESETS),
    )


def settings_expander() -> None:
    """Offer every setting, in three groups, and say which had to give way."""
    with st.expander(
        f"Settings: {summary(state.settings())}",
        icon=":material/tune:",
        key="explore_settings_expander",
    ):
        about = st.empty()
        for title, names in GROUPS.items():
            st.markdown(f"**{title}**")
            # Fixed widths in a row that wraps: six beside each other, on a phone two.
            with st.container(horizontal=True, vertical_alignment="bottom"):
                for name in names:
                    _control(name, _WIDTH)
        base, differing = nearest(state.settings())
        changed = f"“{base.label}” with other values of {', '.join(f'`{n}`' for n in differing)}."
        about.markdown(changed if differing else base.purpose)
        st.caption(sentence(state.settings()))
    if notes := state.messages():
        st.warning("\n\n".join(map(plain, notes)), icon=":material/info:")


def own_controls(view: View, sounds: list[Sound]) -> None:
    """Offer the settings of a single view."""
    if not view.settings:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for name in view.settings:
            if name == "selection":
                _selection_slider(sounds)
            else:
                _control(name)


def _control(name: str, width: int | None = None) -> None:
    """Draw the control of a setting; without a width, it stands beside a view."""
    value = getattr(_DEFAULTS, name)
    common: dict[str, Any] = {
        "key": name,
        "on_change": state.change,
        "args": (name,),
        "bind": "query-params",
    }
    if isinstance(value, bool):
        choice = CHOICES[name]
        st.toggle(choice.label, value, help=choice.help, **common)
    elif name in CHOICES:
        choice = CHOICES[name]
        index = choice.options.index(value)
        common["width"] = width or 2 * _WIDTH
        st.selectbox(choice.label, choice.options, index, help=choice.help, **common)
    else:
        number, kind = NUMBERS[name], type(value)
        common |= {
            "value": value,
            "step": kind(number.step),
            "format": number.format,
            "help": f"{number.help} It goes {number.limits}.".strip(),
        }
        if width is None:
            st.slider(number.label, kind(number.low), kind(number.high), **common)
        else:
            # Without limits of its own: a value beyond ours is taken back with a message.
            st.number_input(number.label, width=width, **common)


def _selection_slider(sounds: list[Sound]) -> None:
    end = max(sound.duration for sound in sounds)
    end = round(math.floor(end / _STEP) * _STEP, 2)
    start, stop = selected(sounds[0], state.settings())
    seeded(
        st.slider,
        "Selection, s",
        0.0,
        end,
        key="explore_selection",
        value=(min(start, end), min(stop, end)),
        put=lambda ends: state.keep("selection", ends if ends[1] > ends[0] else None),
        step=_STEP,
        help="Marked in the waveform. At first, the loudest tenth of a second of each clip.",
    )

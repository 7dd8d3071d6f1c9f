"""The views on the time axis, each clip with a player whose cursor runs over all of them."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from kws_core.audio.remembered import Sound
from kws_core.explore import findings, findings_tracks, parts
from kws_core.explore.charts import limits, stack_figure
from kws_core.explore.export import file_stem
from kws_core.explore.settings import ViewSettings
from kws_core.explore.stack import stack
from kws_core.explore.views import LONG_CLIP, VIEWS, Shown, Span, within
from kws_core.ui.clip.current_clip import ChosenClip
from kws_core.ui.explore import state
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.player import player

PICTURE: Final = "explore_picture"  # the key of the picture; that of the second clip has a number
PICTURE_FORMAT: Final = "explore_format"

_PART: Final = "explore_part"
_PART_STEP: Final = 0.1  # seconds
_SHORTEST: Final = 0.005  # seconds of a selection


def show_stacks(
    clips: Sequence[ChosenClip], sounds: Sequence[Sound], settings: ViewSettings
) -> None:
    """Show the views of one clip, or of two side by side on the same scales."""
    shown = state.shown()
    duration = max(sound.duration for sound in sounds)
    part = within(shown.part, duration)
    if duration > LONG_CLIP:
        _part_slider(part, duration)
    with st.spinner(_waiting_for(shown)):
        stacks = [stack(sound, settings, shown, _marked(sound, shown)) for sound in sounds]
    scales = limits(stacks, settings)
    for number, column in enumerate(columns(len(clips))):
        clip, sound = clips[number], sounds[number]
        key = f"{PICTURE}_{number + 1}" if number else PICTURE
        figure = stack_figure(
            stacks[number], settings, part or (0.0, duration), scales, f"{clip.key} {part}"
        )
        with column:
            if len(clips) > 1:
                st.markdown(f"**{plain(clip.name)}**")
            player(
                parts.wav_of(sound),
                duration=sound.duration,
                key=f"{key}_player",
                figure_key=key,
                label=clip.name,
            )
            if clip.clip.notes:
                noted = [f"{note[0].upper()}{note[1:]}." for note in clip.clip.notes]
                st.caption(f":material/info: {' '.join(noted)}")
            st.plotly_chart(
                figure,
                key=key,
                config=chart_config(clip.name),
                alt=_described(sound, settings, shown),
            )
    zoomed = "all views of a clip" if len(clips) > 1 else "all of them"
    st.caption(
        f"Drag to zoom {zoomed} together, double-click to see the whole again, click to seek."
    )


def columns(count: int) -> Sequence[Any]:
    """Return as many columns, or the page's whole width for one."""
    return st.columns(count, gap="medium") if count > 1 else [st.container()]


def chart_config(name: str) -> dict[str, Any]:
    """Return Plotly's settings: one button, which saves the picture as the chosen kind of file.

    The browser draws the file. A server would need a browser of its own for that.
    """
    return {
        "displaylogo": False,
        "displayModeBar": True,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {
            "format": st.session_state.get(PICTURE_FORMAT, "png"),
            "filename": file_stem(name),
            "scale": 2,
        },
    }


def selection_of(sound: Sound, shown: Shown) -> Span:
    """Return the part of a clip that the FFT is of, in seconds."""
    return within(shown.selection, sound.duration, _SHORTEST) or findings.loudest_tenth(sound)


def _waiting_for(shown: Shown) -> str:
    if any(view.by_librosa and view.name in shown.views for view in VIEWS) and (
        "librosa" not in sys.modules
    ):
        return "Loading librosa, once per server"
    return "Computing the views"


def _marked(sound: Sound, shown: Shown) -> Span | None:
    return selection_of(sound, shown) if "fft" in shown.views else None


def _part_slider(part: Span | None, duration: float) -> None:
    end = math.ceil(duration / _PART_STEP) * _PART_STEP
    whole = 0.0, round(end, 1)
    st.session_state[_PART] = part or whole

    def change() -> None:
        chosen = st.session_state[_PART]
        state.show(part=None if chosen == whole else chosen)

    st.slider(
        "Part shown, s",
        *whole,
        step=_PART_STEP,
        format="%.1f",
        key=_PART,
        on_change=change,
        help="A long clip is drawn in as many columns as a screen has; a part of it, in full.",
    )


def _described(sound: Sound, settings: ViewSettings, shown: Shown) -> str:
    labels = ["Waveform"] + [
        view.label for view in VIEWS if view.on_time_axis and view.name in shown.views
    ]
    level = findings_tracks.level(sound, settings).replace("**", "")
    return f"{', '.join(labels)} of {sound.duration:.2f} s. {level}"

"""The views of one clip or two: charts, explanations, and a player with a cursor over all."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from kws_core.audio.remembered import Sound
from kws_core.explore.charts import budget_of, panes_of, stack_figure, value_ranges
from kws_core.explore.export import file_stem
from kws_core.explore.fitting import for_length
from kws_core.explore.settings import Span, ViewSettings
from kws_core.explore.view import ChartView, TimeView, View
from kws_core.explore.views import WAVEFORM
from kws_core.explore.views.fft import within
from kws_core.explore.wording import sentence_case
from kws_core.ui.clip.current_clip import ChosenClip
from kws_core.ui.explore import state
from kws_core.ui.explore.controls import own_controls
from kws_core.ui.shared.chart import saving
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.player import player
from kws_core.ui.shared.seeded import seeded

CHART_FORMAT: Final = "explore_format"

_PART_STEP: Final = 0.1  # seconds
_LONG_CLIP: Final = 5.0  # seconds: of longer ones, a part can be seen by itself


def show_views(clips: Sequence[ChosenClip], sounds: list[Sound]) -> ViewSettings:
    """Show the chosen views below the waveform, of two clips side by side on the same scales.

    Returns the settings that were used, which for a long clip can be coarser than those chosen.
    """
    duration = max(sound.duration for sound in sounds)
    part = _part(duration) or (0.0, duration)
    chosen: tuple[View, ...] = (WAVEFORM, *state.views())
    # All controls first: where the address has values for them, this is when they are read.
    blocks = []
    for view in chosen:
        block = st.container(key=f"explore_view_{view.name}", gap="small")
        with block:
            st.header(view.label, anchor=False)
            own_controls(view, sounds)
        blocks.append(block)
    settings, changes = for_length(state.settings(), round(duration * sounds[0].sample_rate))
    with blocks[0]:
        for change in changes:
            st.caption(f":material/info: {change}")
        _players(clips, sounds, [view for view in chosen if isinstance(view, TimeView)])
    with st.spinner(_waiting_for(chosen, settings)):
        for block, view, figures in zip(
            blocks, chosen, _figures(chosen, clips, sounds, settings, part), strict=True
        ):
            with block:
                _show_view(view, figures, clips, sounds, settings)
    return settings


def _figures(
    views: Sequence[View],
    clips: Sequence[ChosenClip],
    sounds: Sequence[Sound],
    settings: ViewSettings,
    part: Span,
) -> list[list[Any]]:
    """Return the charts of each view: one, or one for each clip."""
    revision = f"{' '.join(clip.key for clip in clips)} {part}"
    named = [(plain_name(clip), sound) for clip, sound in zip(clips, sounds, strict=True)]
    stacks = {
        view.name: [panes_of(view, sound, settings, views) for sound in sounds]
        for view in views
        if isinstance(view, TimeView)
    }
    budget = budget_of([stack[0] for stack in stacks.values()])
    figures = []
    for view in views:
        if isinstance(view, ChartView):
            figures.append(view.figures(named, settings, part, revision))
        else:
            ranges = value_ranges(stacks[view.name], settings)
            figures.append(
                [
                    stack_figure(panes, settings, part, ranges, f"{clip.key} {part}", budget)
                    for clip, panes in zip(clips, stacks[view.name], strict=True)
                ]
            )
    return figures


def _show_view(
    view: View,
    figures: Sequence[Any],
    clips: Sequence[ChosenClip],
    sounds: Sequence[Sound],
    settings: ViewSettings,
) -> None:
    look = view.look(sounds[0], settings)
    kind = st.session_state.get(CHART_FORMAT, "png")
    for number, (column, figure) in enumerate(zip(_columns(len(figures)), figures, strict=True)):
        file = file_stem(f"{file_stem(clips[number].name)} {view.name}")
        column.plotly_chart(
            figure,
            key=_key(view, number),
            config=saving(file, kind, shown=True),
            alt=f"{view.label} of {sounds[number].duration:.2f} s. {look.replace('**', '')}",
        )
    of = f" ({plain(clips[0].name)})" if len(clips) > 1 else ""
    note = view.explain(sounds[0], settings)
    formulas = " \u2003 ".join(f":small[${formula}$]" for formula in note.formulas)
    st.markdown(f"{note.what}  \n:material/visibility:{of} {look}  \n{formulas}")
    for excerpt in view.excerpts(sounds[0], settings):
        st.caption(sentence_case(excerpt.label))
        player(
            excerpt.samples,
            key=f"explore_{excerpt.label.replace(' ', '_')}",
            sample_rate=excerpt.sample_rate,
            label=excerpt.label,
        )


def _players(
    clips: Sequence[ChosenClip], sounds: Sequence[Sound], views: Sequence[TimeView]
) -> None:
    for number, column in enumerate(_columns(len(clips))):
        clip = clips[number]
        with column:
            if len(clips) > 1:
                st.markdown(f"**{plain(clip.name)}**")
            player(
                sounds[number].samples,
                key=f"explore_player_{number}",
                sample_rate=sounds[number].sample_rate,
                figure_key=[_key(view, number) for view in views],
                label=clip.name,
                loop=True,
            )
            if clip.clip.notes:
                noted = " ".join(f"{sentence_case(note)}." for note in clip.clip.notes)
                st.caption(f":material/info: {noted}")
    st.caption(
        "Drag to zoom, double-click to reset, click to move the playhead. Play plays the zoomed "
        "part; the arrows beside it repeat it."
    )


def plain_name(clip: ChosenClip) -> str:
    """Return a clip's name on one line."""
    return " ".join(clip.name.split())


def _key(view: View, number: int) -> str:
    return f"explore_{view.name}_{number}"


def _columns(count: int) -> Sequence[Any]:
    return st.columns(count, gap="medium") if count > 1 else [st.container()]


def _waiting_for(views: Sequence[View], settings: ViewSettings) -> str:
    needed = settings.show_pitch or any(view.needs_librosa for view in views)
    if needed and "librosa" not in sys.modules:
        return "Loading librosa, once per server"
    return "Computing the views"


def _part(duration: float) -> Span | None:
    """Offer a part of a long clip; returns the part in seconds, None for all of it."""
    part = within(state.kept("part"), duration, 0.02)
    if duration <= _LONG_CLIP:
        return part
    whole = 0.0, round(math.ceil(duration / _PART_STEP) * _PART_STEP, 1)
    seeded(
        st.slider,
        "Part shown, s",
        *whole,
        key="explore_part",
        value=part or whole,
        put=lambda chosen: state.keep("part", None if chosen == whole else chosen),
        step=_PART_STEP,
        format="%.1f",
        help="All of a long clip is drawn in coarser columns; a part of it in full detail.",
    )
    return part

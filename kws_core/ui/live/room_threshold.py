"""The curve of this room and this voice, and the threshold for a wanted rate of false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from kws_core.charts.style import percent
from kws_core.live import Listener
from kws_core.live.det_chart import det_figure
from kws_core.live.operating_point import OperatingPoint
from kws_core.results.metrics import poisson_rate
from kws_core.room import RoomPoint, lowest_threshold, room_curve
from kws_core.room.curve import comparable
from kws_core.room.wording import interval, per_hour, share_interval, span
from kws_core.ui.live import room_state, state
from kws_core.ui.live import room_texts as texts
from kws_core.ui.shared.chart import plain_chart
from kws_core.ui.shared.messages import calm_errors

EVERY_S: Final = 2.0
WANTED: Final = (0.5, 1.0, 2.0, 5.0, 10.0)  # false alarms per hour
_WANTED: Final = "live_room_wanted"
_TAKEN: Final = "live_room_taken"  # whether a threshold was taken over just now


def show_threshold(listener: Listener, *, runs: bool) -> None:
    """Show what both tests say of every threshold, and offer the one for a rate."""
    count = room_state.count()
    if count is None and room_state.prompts() is None:
        st.caption(texts.NOTHING)
        return
    wanted: float = st.segmented_control(
        texts.WANTED,
        WANTED,
        default=1.0,
        required=True,
        format_func=lambda value: f"{value:g}",
        key=_WANTED,
        persist_state="session",
    )
    with st.container(key="live_room_point"):  # of its own: how many elements there are changes
        every = EVERY_S if runs and room_state.follows(listener, count) else None
        st.fragment(_show, run_every=every)(wanted)


@calm_errors("Live")
def _show(wanted: float) -> None:
    if st.session_state.pop(_TAKEN, False):
        st.rerun()  # the whole page, with its slider
    count, prompts = room_state.count(), room_state.prompts()
    if not comparable(count, prompts):
        st.warning(texts.UNLIKE, icon=":material/warning:")
    points = room_curve(count, prompts)
    chosen = lowest_threshold(points, wanted)
    has_alarms = any(point.alarms is not None for point in points)
    has_misses = any(point.missed is not None for point in points)
    if has_alarms and chosen is None:
        st.markdown(texts.NO_POINT.format(wanted=f"{wanted:g}"))
    if chosen is not None:
        _offer(chosen, wanted)
    if has_alarms and has_misses:
        _chart(points, chosen)
    else:
        st.caption(texts.ONLY_ALARMS if has_alarms else texts.ONLY_MISSES)


def _offer(chosen: RoomPoint, wanted: float) -> None:
    alarms = chosen.alarms
    if alarms is None:
        return
    st.markdown(texts.POINT.format(threshold=chosen.threshold, figures=_figures(chosen)))
    if alarms.high > wanted:
        # Without a single one in so long, the interval would end at the wanted rate.
        hours = poisson_rate(0, 1.0).high / wanted
        st.caption(texts.NOT_SURE.format(wanted=f"{wanted:g}", hours=span(3600 * hours)))
    st.button(
        texts.TAKE.format(threshold=chosen.threshold),
        icon=":material/check:",
        disabled=state.settings().threshold == chosen.threshold,
        on_click=_take,
        args=(chosen.threshold,),
        key="live_room_take",
    )


def _take(threshold: float) -> None:
    state.change(threshold=threshold, word_thresholds={})
    st.session_state[_TAKEN] = True


def _figures(point: RoomPoint) -> str:
    parts = []
    if (alarms := point.alarms) is not None:
        value = per_hour(alarms.per_hour)
        parts.append(texts.POINT_ALARMS.format(value=value, interval=interval(alarms)))
    if (missed := point.missed) is not None:
        value = percent(missed.value)
        parts.append(texts.POINT_MISSED.format(value=value, interval=share_interval(missed)))
    return ", ".join(parts)


def _chart(points: Sequence[RoomPoint], chosen: RoomPoint | None) -> None:
    curve = tuple(
        OperatingPoint(point.threshold, point.missed.value, point.alarms.per_hour)
        for point in points
        if point.missed is not None and point.alarms is not None
    )
    here = next((p for p in curve if chosen and p.threshold == chosen.threshold), None)
    text = "" if chosen is None else f"Threshold {chosen.threshold:g}: {_figures(chosen)}."
    plain_chart(det_figure(curve, here), "live_room_det", texts.CURVE.format(point=text))

"""Leave it on: false alarms counted where nobody says a command."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.charts.style import percent
from kws_core.live import Listener
from kws_core.room import Alarm, AlarmCount
from kws_core.room.alarms import MOST_KEPT
from kws_core.room.wording import clock, counted, span
from kws_core.ui.live import room_state
from kws_core.ui.live import room_texts as texts
from kws_core.ui.shared.component import component
from kws_core.ui.shared.messages import calm_errors, plain
from kws_core.ui.shared.player import player

EVERY_S: Final = 1.0
LENGTHS: Final = (10 * 60, 30 * 60, 3600, 2 * 3600, 8 * 3600)  # s
_LENGTH: Final = "live_room_length"
_CHOSEN: Final = "live_room_alarm"

_awake = component(__file__, "awake")


def show_count(listener: Listener, *, runs: bool) -> None:
    """Offer the test, and show what it found so far."""
    st.caption(texts.COUNT)
    test = room_state.count()
    goes_on = room_state.follows(listener, test)
    _awake(key="live_awake", data={"awake": runs and goes_on})
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seconds = st.selectbox(
            texts.LENGTH,
            LENGTHS,
            format_func=span,
            key=_LENGTH,
            disabled=goes_on,
            width=150,
            persist_state="session",
        )
        _buttons(listener, test, goes_on, seconds)
    if test is None:
        return
    with st.container(key="live_room_counted"):  # of its own: how many elements there are changes
        st.fragment(_show, run_every=EVERY_S if runs and goes_on else None)(
            listener, test, runs, goes_on
        )


def _buttons(listener: Listener, test: AlarmCount | None, goes_on: bool, seconds: float) -> None:
    if goes_on:
        st.button(
            texts.END,
            icon=":material/stop:",
            on_click=listener.hearing.follow,
            args=(None,),
            key="live_room_end",
        )
        return
    if test is not None and room_state.can_go_on(listener, test):
        st.button(
            texts.GO_ON,
            icon=":material/play_arrow:",
            on_click=listener.hearing.follow,
            args=(test,),
            key="live_room_go_on",
        )
    st.button(
        texts.BEGIN_COUNT if test is None else texts.ANEW,
        icon=":material/timer:",
        on_click=room_state.begin_count,
        args=(listener, seconds),
        key="live_room_begin",
    )


@calm_errors("Live")
def _show(listener: Listener, test: AlarmCount, runs: bool, goes_on: bool) -> None:
    if goes_on and not room_state.follows(listener, test):
        st.rerun()  # it is over: the whole page has other buttons now
    now, wanted = test.seconds, test.wanted_s
    st.progress(now / wanted, texts.PROGRESS.format(now=clock(now), wanted=clock(wanted)))
    if goes_on and not runs:
        st.caption(texts.WAITS)
    elif not goes_on and not test.is_over and not room_state.can_go_on(listener, test):
        st.caption(texts.OTHER_MODEL)
    rate = test.rate
    if rate is None:
        st.markdown(texts.NO_ALARM_YET)
        return
    st.markdown(texts.COUNTED.format(counted=counted(rate)))
    notes = [texts.NEAR.format(n=test.n_near)]
    if test.by_word:
        words = ", ".join(f"{plain(word)} {n}" for word, n in test.by_word.items())
        notes.append(texts.BY_WORD.format(words=words))
    st.caption(" ".join(notes))
    _listen(test)


def _listen(test: AlarmCount) -> None:
    alarms = {alarm.number: alarm for alarm in reversed(test.kept)}
    if not alarms:
        return
    if st.session_state.get(_CHOSEN) not in alarms:
        st.session_state.pop(_CHOSEN, None)  # it gave way to others
    number = st.selectbox(
        texts.LISTEN_TO, list(alarms), format_func=lambda n: _title(alarms[n]), key=_CHOSEN
    )
    alarm = alarms[number]
    player(alarm.sound / 2**15, key="live_room_player", label=_title(alarm))
    st.caption(texts.KEPT.format(most=MOST_KEPT))


def _title(alarm: Alarm) -> str:
    text = texts.NEAR_ALARM if alarm.is_near else texts.ALARM
    return text.format(time=clock(alarm.time), word=alarm.label, score=percent(alarm.score, 1))

"""Figures on how well the connection and the server keep up."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.live import Health, Listener
from kws_core.live.frames import FRAME_S
from kws_core.ui.live import texts
from kws_core.ui.live.microphone import Microphone, way_choice
from kws_core.ui.live.words import duration
from kws_core.ui.shared.messages import calm_errors

EVERY_S: Final = 1.0


def show_health(listener: Listener, microphone: Microphone, *, runs: bool) -> None:
    """Show the figures, renewed every second while something runs, below the choice of the way."""
    with st.expander(texts.HEALTH, icon=":material/monitor_heart:"):
        way_choice()
        with st.container():  # of its own: how many rows there are changes
            st.fragment(_show, run_every=EVERY_S if runs else None)(listener, microphone)


@calm_errors("Live")
def _show(listener: Listener, microphone: Microphone) -> None:
    found = [*way_figures(microphone), *figures(listener.health)]
    rows = [f"| {' | '.join(figure)} |" for figure in found]
    head = f"| {' | '.join(texts.HEALTH_COLUMNS)} |"
    st.markdown("\n".join([head, "|:---|---:|:---|", *rows]))
    st.caption(texts.HEALTH_NOTE)


def way_figures(microphone: Microphone) -> list[tuple[str, str, str]]:
    """Return name, value and meaning of each figure of the connection itself."""
    used = microphone.way if microphone.is_open else "off"
    rows = [(texts.WAY, *texts.WAY_DETAILS[used])]
    if microphone.is_open and microphone.line is not None:
        line = microphone.line
        again = max(line.connections - 1, 0)
        rows += [
            (texts.RECONNECTED[0], f"{again}", texts.RECONNECTED[1]),
            (texts.UNSENT[0], duration(line.lost), texts.UNSENT[1]),
        ]
    return rows


def figures(health: Health) -> list[tuple[str, str, str]]:
    """Return name, value and meaning of each figure."""
    values = {
        texts.RECEIVED: f"{health.received}",
        texts.LOST: f"{round((health.faults.lost + health.missing) / FRAME_S)}",
        texts.DROPPED: f"{health.dropped}",
        texts.QUEUE: f"{health.queued}",
        texts.INFERENCE: _short(health.inference),
        texts.LONGEST: _short(health.inference_most),
        texts.DECISION: _short(health.delay_p95),
        texts.LATENCY: _short(health.latency),
        texts.DELAY: _short(health.late),
    }
    rows = [
        (name, value, meaning.format(milliseconds=1000 * FRAME_S))
        for (name, meaning), value in values.items()
    ]
    return [*rows, (texts.FAULTS, *_faults(health))]


def _faults(health: Health) -> tuple[str, str]:
    faults = health.faults
    counts = (faults.gaps, faults.overruns, faults.rate_changes, faults.clock_jumps)
    named = [f"{kind} {n}" for kind, n in zip(texts.FAULT_KINDS, counts, strict=True) if n]
    return f"{sum(counts)}", ", ".join(named or texts.FAULT_KINDS)


def _short(seconds: float | None) -> str:
    return "–" if seconds is None else duration(seconds)

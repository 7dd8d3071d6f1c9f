"""How well the connection and the server keep up, in figures."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.live import Health, Listener
from kws_core.live.frames import FRAME_S
from kws_core.ui.live.words import duration
from kws_core.ui.shared.messages import calm_errors

EVERY_S: Final = 1.0

_NOT_SEEN: Final = (
    "What the browser, the network and the buffer against its jitter take comes on top: the server "
    "can't see it."
)


def show_health(listener: Listener, *, runs: bool) -> None:
    """Show the figures, renewed every second while something runs."""
    with st.expander("Health of the connection and the server", icon=":material/monitor_heart:"):
        st.fragment(_show, run_every=EVERY_S if runs else None)(listener)


@calm_errors("Live")
def _show(listener: Listener) -> None:
    rows = [f"| {' | '.join(figure)} |" for figure in figures(listener.health)]
    st.markdown("\n".join(["| What | Now | Meaning |", "|:---|---:|:---|", *rows]))
    st.caption(_NOT_SEEN)


def figures(health: Health) -> list[tuple[str, str, str]]:
    """Return name, value and meaning of each figure."""
    return [
        ("Frames received", f"{health.received}", f"pieces of {1000 * FRAME_S:.0f} ms of sound"),
        ("Frames lost", f"{round(health.faults.lost / FRAME_S)}", "missing by their time stamps"),
        ("Frames dropped", f"{health.dropped}", "left out here because too many waited"),
        ("Queue", f"{health.queued}", "frames that wait for the detector"),
        ("Inference", _short(health.inference), "features and network, each time, median"),
        ("Longest inference", _short(health.inference_most), "of the last hundred"),
        ("Decision", _short(health.delay_p95), "after the arrival of the sound; 95 % are quicker"),
        ("End to end", _short(health.latency), "from a word's end to its decision, median"),
        ("Late", _short(health.late), "by so much frames come later than the quickest did"),
        ("Faults", *_faults(health)),
    ]


def _faults(health: Health) -> tuple[str, str]:
    faults = health.faults
    kinds = {
        "gaps": faults.gaps,
        "overruns": faults.overruns,
        "changes of rate": faults.rate_changes,
        "jumps of the clock": faults.clock_jumps,
    }
    told = ", ".join(f"{name} {count}" for name, count in kinds.items() if count)
    return (
        f"{sum(kinds.values())}",
        told or "no gaps, overruns, changes of rate, jumps of the clock",
    )


def _short(seconds: float | None) -> str:
    return "–" if seconds is None else duration(seconds)

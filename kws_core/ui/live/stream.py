"""What is heard, as it is heard: the last word, the level, and the scrolling strip."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

import streamlit as st

from kws_core.charts.style import mel_ticks, percent
from kws_core.features.front_ends import LogMelConfig
from kws_core.live import Listener, LoggedWord
from kws_core.live.connection import trouble
from kws_core.live.strip import Pieces
from kws_core.ui.live import state
from kws_core.ui.live.microphone import Microphone
from kws_core.ui.live.presence import page_is_open
from kws_core.ui.live.words import duration
from kws_core.ui.shared.messages import calm_errors, words_for
from kws_core.ui.shared.models_loaded import model_named

TICK_S: Final = 0.2  # between pieces; the browser moves the picture evenly in between
SHOWN_WORDS: Final = 8

_PIECES: Final = "live_pieces"
_log = logging.getLogger(__name__)
_HERE = Path(__file__).parent

_HTML = """
<section class="live">
  <div class="top">
    <p class="word" role="status"><span class="label none"></span><span class="score"></span></p>
    <div class="meter">
      <div class="scale"><div class="bar"></div></div>
      <p class="reading"><span class="advice"></span><span class="db"></span></p>
    </div>
  </div>
  <canvas role="img"></canvas>
</section>
"""

_strip = st.components.v2.component(
    "kws_core.live_strip",
    html=_HTML,
    css=(_HERE / "strip.css").read_text(encoding="utf-8"),
    js=(_HERE / "strip.js").read_text(encoding="utf-8"),
)


def show_stream(listener: Listener, microphone: Microphone, *, runs: bool) -> None:
    """Show what is heard; while something runs, again and again."""
    # What the browser has is not known at a run of the whole page: it gets all there is.
    st.session_state[_PIECES] = Pieces()
    with st.container():  # of its own: how many elements there are changes
        st.fragment(_show, run_every=TICK_S if runs else None)(listener, microphone, runs)


@calm_errors("Live")
def _show(listener: Listener, microphone: Microphone, runs: bool) -> None:
    if runs:
        if not (listener.is_playing or microphone.is_open):
            st.rerun()  # the sample is over: the whole page has other buttons now
        if listener.failure is None:
            listener.attend(page_is_open())
    else:
        listener.leave()
    if listener.failure is not None:
        st.error(words_for(listener.failure, "Listening", _log), icon=":material/error:")
    problem = trouble(microphone.link(listener))
    if problem is not None:
        st.warning(problem, icon=":material/wifi_off:")
    _strip(key="live_strip", data=_data(listener, listener.hearing.words, runs))


def _data(listener: Listener, words: list[LoggedWord], runs: bool) -> dict[str, Any]:
    pieces = st.session_state[_PIECES]
    strip = listener.hearing.strip(pieces.since)
    pieces.sent(strip.now)
    level, last = listener.hearing.level, words[-1] if words else None
    quiet = listener.paused or not runs
    return {
        "listener": id(listener),
        "live": runs,
        "strip": strip.as_json(),
        "labels": listener.hearing.labels,
        "threshold": listener.hearing.settings.threshold,
        "words": [
            {"label": word.label, "start": word.start, "end": word.end, "time": word.time}
            for word in words[-SHOWN_WORDS:]
        ],
        "word": None
        if last is None
        else {"number": last.number, "label": last.label, "detail": _detail(last)},
        "empty": "No word yet" if runs else "Play the sample, or start the microphone",
        "level": {
            "db": -100.0 if quiet else level.db,
            "advice": "Paused." if listener.paused else level.advice if runs else "",
            "warns": not quiet and level.verdict not in ("good", "waiting"),
        },
        "bands": _bands(),
        "noMel": _no_mel(),
        "summary": _summary(words),
    }


def _detail(word: LoggedWord) -> str:
    return f"{percent(word.score)}, {duration(word.latency)} after it was said"


def _config() -> LogMelConfig | None:
    return model_named(state.model_name()).log_mel_config()


def _bands() -> list[tuple[float, str]]:
    """Return where frequencies lie between the lowest and the highest band, and their names."""
    config = _config()
    if config is None:
        return []
    positions, names = mel_ticks(config)
    return [(float((p + 0.5) / config.n_mels), n) for p, n in zip(positions, names, strict=True)]


def _no_mel() -> str:
    if _config() is None:
        return "This model takes no log-mel picture, so there is none to show."
    return "What the model sees runs through here, and what it makes of it below."


def _summary(words: list[LoggedWord]) -> str:
    said = ", ".join(word.label for word in words[-SHOWN_WORDS:])
    heard = f"The last words heard: {said}." if said else "No word was heard yet."
    return f"Log-mel and scores of the last seconds, scrolling. {heard}"

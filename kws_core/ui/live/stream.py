"""The last word, the level and the scrolling strip, renewed while something runs."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from kws_core.charts.style import mel_ticks, percent
from kws_core.features.front_ends import LogMelConfig
from kws_core.live import Listener, LoggedWord
from kws_core.live.connection import trouble
from kws_core.live.strip import Pieces
from kws_core.spotting import Detection
from kws_core.ui.live import state, texts
from kws_core.ui.live.actions import has_enough
from kws_core.ui.live.microphone import Microphone
from kws_core.ui.live.presence import page_is_open
from kws_core.ui.live.words import duration
from kws_core.ui.shared.component import component
from kws_core.ui.shared.messages import calm_errors, words_for
from kws_core.ui.shared.models_loaded import model_named

TICK_S: Final = 0.2  # between pieces; the browser moves the picture evenly in between
SHOWN_WORDS: Final = 8

_PIECES: Final = "live_pieces"
_log = logging.getLogger(__name__)

_HTML = """
<section class="live">
  <div class="top">
    <p class="word" role="status"><span class="label none"></span><span class="score"></span></p>
    <div class="meter">
      <div class="scale"><div class="bar"></div></div>
      <p class="reading">
        <span class="trouble" role="status"></span><span class="advice"></span
        ><span class="db"></span>
      </p>
    </div>
  </div>
  <canvas role="img"></canvas>
  <div class="bottom">
    <ul class="legend">
      <li class="threshold"></li><li class="word-score"></li><li class="unknown"></li>
      <li class="found"></li>
    </ul>
    <button type="button" class="full"></button>
  </div>
</section>
"""

_strip = component(__file__, "strip", _HTML)


def show_stream(listener: Listener, microphone: Microphone, *, runs: bool, enough: bool) -> None:
    """Show word, level and strip; renewed while something runs.

    enough: as `has_enough` said; where that changes, the whole page runs again.
    """
    # A run of the whole page does not know what the browser has: it sends everything.
    st.session_state[_PIECES] = Pieces()
    with st.container(key="live_strip_place"):  # of its own: how many elements there are changes
        show = st.fragment(_show, run_every=TICK_S if runs else None)
        show(listener, microphone, runs, enough)


@calm_errors("Live")
def _show(listener: Listener, microphone: Microphone, runs: bool, had_enough: bool) -> None:
    if runs:
        is_open = listener.is_playing or microphone.is_open
        if not is_open or has_enough(listener, is_open=is_open) != had_enough:
            st.rerun()  # the whole page has other buttons now
        if microphone.falls_back(listener):
            st.rerun()
        if listener.failure is None:
            listener.attend(page_is_open())
    else:
        listener.leave()
    if listener.failure is not None:
        st.error(words_for(listener.failure, "Listening", _log), icon=":material/error:")
    problem = trouble(microphone.link(listener)) or ""
    data = _data(listener, listener.hearing.words_of_run, runs)
    _strip(key="live_strip", data=data | {"trouble": problem})


def _data(listener: Listener, words: list[LoggedWord], runs: bool) -> dict[str, Any]:
    hearing, pieces = listener.hearing, st.session_state[_PIECES]
    strip, spans = hearing.strip(pieces.since), words[-SHOWN_WORDS:]
    pieces.sent(strip.now)
    picture, preview = f"{hearing.picture}", None
    if not runs and not hearing.duration:
        preview = state.preview(state.programme(), state.model_name())
        picture = f"preview of {state.programme()}"
    level, last = hearing.level, words[-1] if words else None
    quiet = listener.paused or not runs
    return {
        "picture": picture,
        "live": runs,
        "strip": (strip if preview is None else preview.strip).as_json(),
        "labels": hearing.labels,
        "threshold": hearing.settings.threshold,
        "words": [
            {"label": word.label, "start": word.start, "end": word.end, "time": word.time}
            for word in (spans if preview is None else preview.words)
        ],
        "word": None
        if last is None
        else {"number": last.number, "label": last.label, "detail": _detail(last)},
        "empty": texts.NO_WORD if runs else texts.IDLE,
        "level": {
            "db": -100.0 if quiet else level.db,
            "advice": texts.PAUSED if listener.paused else level.advice if runs else "",
            "warns": not quiet and level.verdict in ("no signal", "quiet", "clipping"),
        },
        "legend": texts.LEGEND,
        "full": texts.FULL_SCREEN,
        "bands": _bands(),
        "noMel": _no_mel(),
        "summary": _summary(words) if preview is None else _summary(preview.words),
    }


def _detail(word: LoggedWord) -> str:
    return texts.WORD_DETAIL.format(score=percent(word.score), latency=duration(word.latency))


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
    return texts.NO_LOG_MEL if _config() is None else texts.EMPTY_STRIP


def _summary(words: Sequence[LoggedWord | Detection]) -> str:
    last = ", ".join(word.label for word in words[-SHOWN_WORDS:])
    return texts.STRIP.format(
        words=texts.STRIP_LAST.format(words=last) if last else texts.STRIP_NONE
    )

"""The app for the tests, and what a page of it under AppTest says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from kws_core.audio.clip import Clip
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.live import Frame, Listener
from kws_core.ui.clip.current_clip import ChosenClip

ROOT = Path(__file__).resolve().parents[2]
ENTRY = ROOT / "streamlit_app.py"
APP_TIMEOUT_S = 60  # the first page to run imports torch


def calm(page: AppTest) -> AppTest:
    """Return a page after a look that it shows no error."""
    assert not page.exception
    assert not page.error
    return page


def said(page: AppTest) -> str:
    """Return the text of a page, with its Markdown's escapes undone."""
    kinds = page.markdown, page.caption, page.warning, page.info, page.success
    text = "\n".join(str(element.value) for kind in kinds for element in kind)
    return re.sub(r"\\([^\w\s])", r"\1", text).replace("\N{NO-BREAK SPACE}", " ")


def keys(page: AppTest) -> set[str]:
    """Return the keys of a page's buttons."""
    return {str(button.key) for button in page.button}


def alts(page: AppTest) -> list[str]:
    """Return what is said of each chart to those who do not see it."""
    return [chart.proto.alt for chart in page.get("plotly_chart")]


def query_of(page: AppTest) -> dict[str, str]:
    """Return the parameters of the page's address that the server knows."""
    return {
        name: value if isinstance(value, str) else ",".join(value)
        for name, value in page.query_params.items()
    }


def components(page: AppTest) -> list[dict[str, Any]]:
    """Return the data of our own components on a page."""
    found = page.get("bidi_component")
    return [json.loads(one.proto.json or one.proto.mixed.json) for one in found]


def component(page: AppTest, part: str) -> dict[str, Any]:
    """Return the data of the first component that has a part of that name."""
    return next(data for data in components(page) if part in data)


def chart(page: AppTest, number: int = 0) -> dict[str, Any]:
    """Return what a Plotly chart of a page is drawn from."""
    spec: dict[str, Any] = json.loads(page.get("plotly_chart")[number].proto.spec)
    return spec


def click(page: AppTest, key: str) -> AppTest:
    """Press a button; the page shows no error after."""
    return calm(page.button(key=key).click().run())


def with_clip(samples: np.ndarray) -> Callable[[AppTest], None]:
    """Return what makes samples the current clip, as if they had been recorded."""

    def put(page: AppTest) -> None:
        page.session_state["clip_source"] = "record"
        clip = Clip(samples.astype(np.float32), 16_000, 1)
        page.session_state["clip_record_kept"] = ChosenClip("Mine", "record", clip, 0.0, "a key")

    return put


def listener_of(page: AppTest) -> Listener:
    """Return what listens for the Live page."""
    listener: Listener = page.session_state["live_listener_kept"]
    return listener


def hear(listener: Listener, samples: Samples, run: int = 99) -> list[str]:
    """Let a listener hear samples at once; return the words of that run."""
    for at in range(0, len(samples), SAMPLE_RATE):
        piece = samples[at : at + SAMPLE_RATE]
        listener.hearing.hear(Frame(piece, SAMPLE_RATE, at / SAMPLE_RATE, 0.0, run, run))
    return [word.label for word in listener.hearing.words_of_run]


def say_calm(page: AppTest) -> None:
    """Say of Live, which was asked for another page, that none of its timers runs any more."""
    departure = page.session_state["live_leaving"]
    page.session_state["live_leaving"] = replace(departure, is_calm=True)

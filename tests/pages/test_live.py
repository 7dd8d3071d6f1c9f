"""The Live page without a browser: what there is before, while and after something is heard."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import streamlit as st
import streamlit_webrtc.component as webrtc
from streamlit.testing.v1 import AppTest
from streamlit_webrtc.component import WebRtcStreamerState

from kws_core.audio.waveform import Samples
from kws_core.live.operating_point import from_figures
from kws_core.live.programmes import PROGRAMMES
from kws_core.server.blocks import Block
from kws_core.spotting import DetectorSettings
from kws_core.spotting.recognizer import CASCADE, Recognizer
from kws_core.ui.live import microphone, settings, state, texts, websocket
from kws_core.ui.live.health import figures
from kws_core.ui.shared import server
from tests.helpers.app import calm, click, component, components, keys, listener_of, said, say_calm
from tests.helpers.stream_figures import FIGURES
from tests.helpers.waiting import wait_until

PAGE = "pages/4_Live.py"
WORD = "marvin"
PATIENCE_S = 60.0


def strip_of(page: AppTest) -> dict[str, Any]:
    return component(page, "strip")


def test_before_anything_runs_the_sample_is_the_obvious_thing_to_start(
    live: Callable[[], AppTest],
) -> None:
    page = live()
    assert [b.key for b in page.button if b.proto.type == "primary"] == ["live_play"]
    strip = strip_of(page)
    assert (strip["live"], strip["word"]) == (False, None)
    # The sample to be played, as the model sees it.
    assert [word["label"] for word in strip["words"]] == [WORD]
    assert len(strip["strip"]["melTime"]) > 200
    assert strip["empty"] == texts.IDLE
    assert strip["threshold"] == DetectorSettings().threshold
    text = said(page)
    first = next(iter(PROGRAMMES.values()))
    assert ", ".join(first.words) in text
    assert "Every detected word" in text
    assert "Not measured yet" in text
    assert "python -m kws_core evaluate-stream" in text
    assert "allow the microphone" in text
    assert page.button(key="live_pause").disabled
    assert page.button(key="live_replay_explore").disabled
    assert not listener_of(page).is_running


def test_a_sample_is_heard_held_left_and_taken_to_another_page(
    live: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = state.programme_sound(next(iter(PROGRAMMES)))
    cut_off = []

    def slow_at_first(name: str) -> Samples:
        if not cut_off:
            cut_off.append(name)
            st.rerun()  # as by another message of the page, while the sample is prepared
        return sound

    monkeypatch.setattr(state, "programme_sound", slow_at_first)
    page = click(live(), "live_play")
    assert cut_off
    listener = listener_of(page)
    assert listener.is_running
    assert strip_of(page)["live"]
    assert {"live_stop", "live_pause"} <= keys(page)
    page = click(page, "live_pause")
    assert strip_of(page)["level"]["advice"] == "Paused."
    # Away and back: it is held as it was.
    page.switch_page("streamlit_app.py").run()
    page = calm(page.switch_page(PAGE).run())
    assert "live_resume" in keys(page)
    page = click(page, "live_resume")
    deadline = time.monotonic() + PATIENCE_S
    while listener.is_playing or not listener.hearing.words:
        listener.attend()
        if not (
            listener.is_playing or listener.hearing.words
        ):  # held in the middle of the word, which was cut in two
            listener.play(sound)
        assert time.monotonic() < deadline
        time.sleep(0.02)
    page = calm(page.run())
    assert "live_play" in keys(page)
    strip = strip_of(page)
    assert strip["word"]["label"] == WORD
    assert [word["label"] for word in strip["words"]] == [WORD]
    assert strip["bands"][0][1] == "0 Hz"
    assert component(page, "lit")["lit"] == [WORD]
    assert len(strip["strip"]["melTime"]) > 200
    assert re.search(rf"\| [\d.]+ s \| {WORD} \| [<>\d]+% \| [\d.]+ m?s \|", said(page))
    assert "1 word" in said(page)
    assert f"| Frames received | {listener.health.received} |" in said(page)
    page = click(page, "live_replay_recognise")
    # The page stays until the browser says that its timers have stopped.
    assert page.title[0].value == "Live"
    say_calm(page)
    page = calm(page.run())
    assert page.title[0].value == "Recognise"
    assert page.segmented_control(key="picker_source").value == "record"
    assert "**Live, last" in said(page).replace("\\", "")
    # What was heard is still there, until it is cleared.
    page = calm(page.switch_page(PAGE).run())
    assert "1 word" in said(page)
    page = click(page, "live_replay_teach")
    say_calm(page)
    page = calm(page.run())
    assert page.title[0].value == "Teach"
    assert "Sounds from Live" in [header.value for header in page.header]
    page = calm(page.switch_page(PAGE).run())
    page = click(page, "live_clear")
    assert "Every detected word" in said(page)
    listener.close()


def test_settings_reach_the_detector_and_show_what_they_cost(
    live: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "measured", lambda _: from_figures(FIGURES))
    usual = DetectorSettings()
    page = live()
    (chart,) = page.get("plotly_chart")
    assert "false alarms per hour" in chart.proto.alt
    assert page.button(key="live_reset").disabled
    page = calm(page.select_slider(key="live_threshold").set_value(0.5).run())
    # Quiet first: who tries it sits in a quiet room.
    assert "In quiet: 10.0% of words missed, 8.0 false alarms per hour" in said(page)
    assert "60 words" in said(page)
    assert "earlier version of the weights" in said(page)
    page = calm(page.segmented_control(key="live_condition").set_value("10 dB").run())
    assert "In noise at 10 dB: 40.0% of words missed" in said(page)
    page = calm(page.radio(key="live_alone").set_value(False).run())
    assert not listener_of(page).hearing.settings.alone
    page = calm(page.slider(key="live_refractory").set_value(1.0).run())
    page = click(page, "live_game_words")
    now = listener_of(page).hearing.settings
    assert (now.threshold, now.refractory) == (0.5, 1.0)
    assert set(now.words or ()) == {"up", "down", "left", "right", "stop", "go"}
    assert strip_of(page)["threshold"] == 0.5
    # No figure for what nobody measured.
    assert (
        "Not measured with these settings** (refractory time, commands inside sentences, words)"
        in said(page)
    )
    assert "% of words missed" not in said(page)
    # They outlive another page, and go back to what was measured.
    page.switch_page("streamlit_app.py").run()
    page = calm(page.switch_page(PAGE).run())
    assert page.select_slider(key="live_threshold").value == 0.5
    page = click(page, "live_reset")
    assert listener_of(page).hearing.settings == usual
    assert "In noise at 10 dB" in said(page)
    page = calm(page.pills(key="live_words").set_value(["yes", "up"]).run())
    assert listener_of(page).hearing.settings.words == ("up", "yes")
    assert "Words switched off: down, left, right, stop, go" in said(page)


def test_a_cascade_can_be_chosen(live: Callable[[], AppTest]) -> None:
    page = live()
    assert page.selectbox(key="live_model").options[:2] == [
        "ds-resnet",
        "ds-resnet asking two-towers",
    ]
    page = calm(page.selectbox(key="live_model").set_value(CASCADE).run())
    assert listener_of(page).hearing.model == CASCADE


def test_another_model_goes_on_with_the_sample_and_the_log(live: Callable[[], AppTest]) -> None:
    page = click(live(), "live_play")
    listener = listener_of(page)
    wait_until(lambda: listener.attend() or listener.hearing.words)
    page = click(page, "live_pause")
    other = next(name for name in Recognizer.available() if name != listener.hearing.model)
    page = calm(page.selectbox(key="live_model").set_value(other).run())
    assert listener_of(page) is listener
    assert listener.is_playing
    assert listener.hearing.model == other
    text = said(page)
    assert "1 word" in text
    assert f"*Model: {other}*" in text
    assert strip_of(page)["labels"] == list(Recognizer.load(other).labels)
    listener.close()


def test_an_insecure_page_and_servers_that_make_no_sense_are_explained(
    live: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone, "can_have_microphone", lambda _: False)
    assert "only at https:// or localhost" in said(live())
    monkeypatch.setattr(microphone, "can_have_microphone", lambda _: True)
    monkeypatch.setattr(microphone, "is_local", lambda _: False)
    monkeypatch.setenv("KWS_ICE_SERVERS", "nonsense")
    assert "KWS_ICE_SERVERS is no JSON" in said(live())


def test_a_failure_of_the_detector_is_told_calmly(live: Callable[[], AppTest]) -> None:
    page = live()
    listener = listener_of(page)
    listener.put(np.array([np.nan], np.float32), 48_000, 0.0)
    listener.attend()
    wait_until(lambda: listener.failure)
    page.run()
    assert not page.exception
    assert "not numbers" in page.error[0].value
    assert figures(listener.health)[0][1] == "1"


def test_a_busy_server_does_not_cut_the_microphone_off_and_another_page_does(
    live: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which streamlit-webrtc tells apart by the runs that have ended: a busy server counts late."""
    session = SimpleNamespace(script_run_count=0)
    monkeypatch.setattr(webrtc, "get_this_session_info", lambda: session)
    page = live()
    connection = page.session_state["live_microphone"]
    connection._set_state(WebRtcStreamerState(playing=True, signalling=False))
    session.script_run_count = 2
    assert calm(page.run()).session_state["live_microphone"].state.playing
    page.switch_page("streamlit_app.py").run()
    page.switch_page(PAGE).run()
    assert not calm(page).session_state["live_microphone"].state.playing


def websocket_of(page: AppTest) -> dict[str, Any] | None:
    return next((data for data in components(page) if "protocol" in data), None)


def test_on_another_computer_the_microphone_comes_over_a_websocket_with_a_token_for_each_connection(
    live: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microphone, "is_local", lambda _: False)
    asked = 0
    monkeypatch.setattr(websocket, "_asked", lambda: asked)
    page = live()
    data = websocket_of(page)
    assert data is not None
    assert (data["path"], data["number"], data["token"]) == ("kws/microphone", 0, None)
    assert "the microphone is off" in said(page)
    asked = 7
    data = websocket_of(calm(page.run()))
    assert data is not None
    assert (data["number"], data["start"]) == (7, 0)
    assert websocket_of(calm(page.run())) == data  # the same token at every run
    assert "through the address of the page" in said(page)
    assert not page.button(key="live_pause").disabled
    # The token opens the line that leads to this session's listener.
    line = server.switchboard().line_of(data["token"], "http://localhost", "localhost")
    assert line is page.session_state["live_line_kept"][1]
    line.take(line.connect(), Block(1, 0, 48_000, 0.0, np.zeros(960, np.float32)))
    assert listener_of(page).health.received == 1
    asked = 8
    again = websocket_of(calm(page.run()))
    assert again is not None
    assert again["token"] not in (data["token"], None)
    assert server.switchboard().line_of(again["token"], "http://evil.example", "localhost") is None
    listener_of(page).close()


def test_where_webrtc_does_not_connect_the_websocket_starts_by_itself_unless_a_person_chose(
    live: Callable[[], AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = SimpleNamespace(script_run_count=0)
    monkeypatch.setattr(webrtc, "get_this_session_info", lambda: session)
    page = live()
    assert websocket_of(page) is None
    calm(page.segmented_control(key="live_way").set_value("webrtc").run())
    connection = page.session_state["live_microphone"]
    connection._set_state(WebRtcStreamerState(playing=False, signalling=True))
    monkeypatch.setattr(microphone, "gives_up", lambda link: link.connecting is not None)
    assert websocket_of(calm(page.run())) is None
    calm(page.segmented_control(key="live_way").set_value("auto").run())
    data = websocket_of(calm(page.run()))
    assert data is not None
    assert data["start"] > 0
    # Elsewhere and back: it has failed before, and the microphone stays off.
    page.switch_page("streamlit_app.py").run()
    data = websocket_of(calm(page.switch_page(PAGE).run()))
    assert data is not None
    assert data["start"] == 0
    listener_of(page).close()

""" "Your room" without a browser: both tests, their curve and files, and what stays of them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import numpy as np
from streamlit.testing.v1 import AppTest

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.live.programmes import PROGRAMMES, PROMPTS, in_a_row, render
from kws_core.room import files
from kws_core.samples import get_sample
from kws_core.spotting import DetectorSettings
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.live import room_texts as texts
from tests.helpers.app import alts, calm, click, hear, keys, listener_of, said, say_calm

PAGE = "pages/4_Live.py"
WORD = "marvin"


def test_false_alarms_are_counted_kept_and_deleted(live: Callable[[], AppTest]) -> None:
    page = live()
    listener = listener_of(page)
    assert texts.NOTHING in said(page)
    assert "live_room_delete" not in keys(page)
    page = click(page, "live_room_begin")
    assert texts.WAITS in said(page)
    assert "live_room_end" in keys(page)
    sound = in_a_row([read_audio(get_sample(WORD).path).samples])
    hear(listener, sound)
    page = calm(page.run())
    test = page.session_state["live_room_count_kept"]
    assert test.by_word == {WORD: 1}
    assert "False alarms: 1 in 2 s:" in said(page)
    assert f"By word: {WORD} 1." in said(page)
    assert WORD in page.selectbox(key="live_room_alarm").options[0]
    # One alarm in two seconds is too much at any threshold that a word reaches.
    assert "an hour here" in said(page)
    assert texts.ONLY_ALARMS in said(page)
    # It stays on another page, and goes on after a stop; with another model it can't.
    page.switch_page("streamlit_app.py").run()
    page = calm(page.switch_page(PAGE).run())
    assert "False alarms: 1 in 2 s:" in said(page)
    page = click(page, "live_room_end")
    hear(listener, sound, run=100)
    assert test.by_word == {WORD: 1}
    page = click(page, "live_room_go_on")
    hear(listener, sound, run=101)
    assert test.by_word == {WORD: 2}
    other = next(name for name in Recognizer.available() if name != listener.hearing.model)
    page = calm(page.selectbox(key="live_model").set_value(other).run())
    assert texts.OTHER_MODEL in said(page)
    assert "live_room_go_on" not in keys(page)
    with zipfile.ZipFile(io.BytesIO(files.as_zip(test, None))) as archive:
        assert sum(name.endswith(".wav") for name in archive.namelist()) == 2
    page = click(page, "live_room_delete")
    assert "live_room_count_kept" not in page.session_state
    assert "False alarms:" not in said(page)
    assert listener.hearing.follower is None


def test_in_a_quiet_room_the_threshold_for_a_rate_is_taken_over(
    live: Callable[[], AppTest],
) -> None:
    page = click(live(), "live_room_begin")
    listener = listener_of(page)
    noise = 1e-3 * np.random.default_rng(0).standard_normal(20 * SAMPLE_RATE)
    hear(listener, noise.astype(np.float32))
    page = calm(page.run())
    assert re.search(r"False alarms: 0 in 19 s: 0\.0 to 69\d an hour", said(page))
    assert "**Threshold 0.3**: 0.0 false alarms per hour here" in said(page)
    assert "reaches past 1 an hour. To be sure without a single alarm would take 3.7 h" in said(
        page
    )
    page = calm(page.segmented_control(key="live_room_wanted").set_value(10.0).run())
    assert "would take 22 min" in said(page)
    page = click(page, "live_room_take")
    assert listener.hearing.settings.threshold == 0.3
    assert page.select_slider(key="live_threshold").value == 0.3
    assert page.button(key="live_room_take").disabled
    # The test keeps the settings it began with.
    kept = page.session_state["live_room_count_kept"]
    assert kept.settings.threshold == DetectorSettings().threshold


def test_words_said_by_the_sample_voice_are_judged_and_handed_to_own_test_set(
    live: Callable[[], AppTest],
) -> None:
    page = live()
    listener = listener_of(page)
    assert page.button(key="live_room_prompts_begin").disabled  # nobody could be heard
    page = click(page, "live_room_begin")
    page = click(page, "live_room_prompts_sample")
    assert listener.is_playing
    test = page.session_state["live_room_prompts_kept"]
    assert test.words == PROGRAMMES[PROMPTS].words
    assert listener.hearing.follower is test
    # The sample of this fixture is another one: what the test asks for is heard at once instead.
    listener.close()
    listener.stop_playing()
    hear(listener, render(PROGRAMMES[PROMPTS]))
    assert test.is_over
    page = calm(page.run())
    right = sum(reply.is_right for reply in test.replies)
    assert right >= 9
    assert f"**{right} of 12 words heard**" in said(page)
    results, replies = page.table[-2].value, page.table[-1].value
    assert list(results["Words"].astype(int)) == [right, 0, 12 - right]
    assert list(replies["Word"]) == list(test.words)
    assert "Latency:" in said(page)
    # With alarms counted too, there is a curve.
    page = click(page, "live_room_begin")
    hear(listener, np.zeros(5 * SAMPLE_RATE, np.float32), run=100)
    page = calm(page.run())
    assert any("Misses of your voice" in alt for alt in alts(page))
    page = click(page, "live_room_own_set")
    say_calm(page)
    page = calm(page.run())
    assert page.title[0].value == "Models"
    assert "of 12 recordings correct" in said(page)
    # Deleted where it was made, it is gone here too.
    page = calm(page.switch_page(PAGE).run())
    page = click(page, "live_room_delete")
    page = calm(page.switch_page("pages/5_Models.py").run())
    page = calm(page.pills(key="section").set_value("own").run())
    assert "of 12 recordings correct" not in said(page)

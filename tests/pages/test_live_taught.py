"""Taught words on Live: listened for at once, and a wrong one is a counter-example at one press."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kws_core.audio.waveform import to_wav
from kws_core.live.programmes import in_a_row
from kws_core.spotting import DetectorSettings
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.live import settings, state
from tests.helpers.app import calm, hear, listener_of, said
from tests.helpers.sounds import noise
from tests.helpers.taught_words import RATE, takes_of, teach_on
from tests.helpers.taught_words import said as word_said

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

HZ, WRONG_HZ = 2000.0, 2600.0


@pytest.fixture
def taught(app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Open Live from Teach, where a word was taught: a beep."""
    teach_on(monkeypatch, Recognizer.load())
    monkeypatch.setattr(state, "programme_sound", lambda _: in_a_row([word_said(HZ)]))
    state.preview.clear()
    monkeypatch.setattr(settings, "measured", lambda _: None)

    def before(page: AppTest) -> None:
        page.session_state["live_model_kept"] = "two-towers"
        page.session_state["live_settings_kept"] = DetectorSettings(words=("yes",))
        # The small bank does not know what quiet sounds like.
        page.session_state["teach_thresholds_kept"] = {"beep": 0.5}

    page = app("pages/6_Teach.py", before=before)
    page.text_input(key="teach_name").input("beep")
    next(one for one in page.button if one.label == "Add the word").click().run()
    uploader = next(one for one in page.get("file_uploader") if one.label == "Upload takes")
    for number, take in enumerate(takes_of(HZ, 3)):
        uploader.upload(f"{number}.wav", to_wav(take, RATE), "audio/wav")
    calm(page.run())
    page = calm(page.button(key="teach_live").click().run())
    assert page.title[0].value == "Live"
    return calm(page.switch_page("pages/4_Live.py").run())  # AppTest does not follow by itself


def sound(hz: float) -> np.ndarray:
    quiet = noise(1.2, 0.001, 1)
    return np.concatenate([quiet, word_said(hz, seed=5), quiet])


def test_taught_words_are_listened_for_and_a_wrong_one_is_not_heard_again(taught: AppTest) -> None:
    page = taught
    listener = listener_of(page)
    # With the model of the words, whatever was chosen before.
    assert listener.hearing.labels[0] == "beep"
    assert listener.hearing.settings.words is None
    assert hear(listener, sound(HZ), 1) == ["beep"]
    assert hear(listener, sound(WRONG_HZ), 2) == ["beep"]
    page = calm(page.run())
    [wrong] = [one for one in page.button if one.label.startswith("Wrong: beep")]
    page = calm(wrong.click().run())
    assert listener_of(page) is listener
    assert not [one for one in page.button if one.label.startswith("Wrong")]
    assert "Model: ds-resnet with own words" in said(page)
    assert hear(listener, sound(WRONG_HZ), 3) == []
    assert hear(listener, sound(HZ), 4) == ["beep"]
    page = calm(page.switch_page("pages/6_Teach.py").run())
    assert "1 counter-example kept" in said(page)
    page = calm(page.button(key="teach_counter_drop").click().run())
    page = calm(page.switch_page("pages/4_Live.py").run())
    assert hear(listener_of(page), sound(WRONG_HZ), 5) == ["beep"]


def test_words_of_a_file_cannot_be_learnt_again(taught: AppTest) -> None:
    page = taught
    kept = page.session_state["taught_words_in_use"]
    page.session_state["taught_words_again"] = None
    assert hear(listener_of(page), sound(HZ), 1) == ["beep"]
    page = calm(page.run())
    assert page.session_state["taught_words_in_use"] is kept
    assert not [one for one in page.button if one.label.startswith("Wrong")]


def test_after_taught_words_the_model_before_listens_again(taught: AppTest) -> None:
    page = calm(taught.switch_page("pages/6_Teach.py").run())
    page = calm(page.toggle(key="teach_use").set_value(False).run())
    page = calm(page.switch_page("pages/4_Live.py").run())
    assert listener_of(page).hearing.model == "two-towers"

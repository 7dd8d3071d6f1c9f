"""The Teach page: words named, takes kept or refused, what was learnt tried and used elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kws_core.audio.waveform import to_wav
from kws_core.spotting.recognizer import Recognizer
from kws_core.teaching.file import taught_bytes
from kws_core.teaching.takes import takes_in
from tests.helpers.app import alts, calm, said
from tests.helpers.sounds import noise
from tests.helpers.taught_words import RATE, takes_of, teach_on
from tests.helpers.taught_words import said as word_said

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

PAGE = "pages/6_Teach.py"
App = Callable[..., "AppTest"]


@pytest.fixture(autouse=True)
def bank(monkeypatch: pytest.MonkeyPatch) -> None:
    teach_on(monkeypatch, Recognizer.load())


def name_word(page: AppTest, name: str) -> AppTest:
    page.text_input(key="teach_name").input(name)
    button = next(one for one in page.button if one.label == "Add the word")
    return button.click().run()


def upload(page: AppTest, *takes: object) -> AppTest:
    uploader = next(one for one in page.get("file_uploader") if one.label == "Upload takes")
    for number, take in enumerate(takes):
        uploader.upload(f"{number}.wav", to_wav(take, RATE), "audio/wav")
    return page.run()


def test_a_word_is_named_taught_tried_and_used_on_recognise(app: App) -> None:
    page = calm(app(PAGE))
    assert "Name a word" in said(page)
    page = calm(name_word(page, "beep"))
    assert "5 more takes" in said(page)
    page = calm(upload(page, *takes_of(2000.0, 3)))
    assert page.table[0].value["Takes"].tolist() == ["3"]
    assert page.table[0].value["Word"].tolist() == ["beep"]
    page = calm(page.toggle(key="teach_use").set_value(True).run())
    assert page.success
    page.session_state["clip_sample"] = "yes"
    recognise = calm(page.switch_page("pages/1_Recognise.py").run())
    heard = recognise.session_state["computed_of_clip_heard"]
    assert heard.recogniser.labels[0] == "beep"


def test_strictness_is_a_curve_and_takes_are_points_among_words(app: App) -> None:
    page = upload(name_word(app(PAGE), "beep"), takes_of(2000.0, 1)[0])
    (only_map,) = alts(calm(page))  # a curve needs takes to leave out
    assert only_map.startswith("Takes as points: 1 of beep; around them")
    page = calm(upload(page, *takes_of(2000.0, 4)[1:]))
    before, takes_map = alts(page)
    assert takes_map.startswith("Takes as points: 4 of beep")
    assert re.search(r"now [0-4] of 4 at \d+\.\d\.", before)
    strict = page.select_slider(key="teach_threshold_beep")
    now = strict.value
    other = next(number for number in strict.options if number != str(now))
    after, _ = alts(calm(strict.set_value(int(other)).run()))
    assert after.endswith(f"at {int(other):.1f}.")  # alarms in the one hour of the bank
    assert after != before


def test_bad_takes_are_told_and_good_ones_stay(app: App) -> None:
    page = name_word(app(PAGE), "beep")
    page = upload(page, takes_of(2000.0, 1)[0])
    page = upload(page, noise(1.0, 0.001))
    assert "No sound stands out" in said(page)
    page = upload(page, takes_of(2000.0, 1)[0])
    assert "counts once" in said(page)
    assert page.table[0].value["Takes"].tolist() == ["1"]
    assert not page.exception


@pytest.mark.parametrize(
    ("name", "message"), [("stop", "already"), ("", "no name"), ("_silence_", "is no word")]
)
def test_names_that_cannot_be_used_are_told(app: App, name: str, message: str) -> None:
    page = name_word(app(PAGE), name)
    assert message in said(page)
    assert not page.exception


def test_ready_takes_and_the_sample_need_no_microphone(app: App) -> None:
    page = calm(app(PAGE).button(key="teach_ready").click().run())
    assert page.table[0].value["Word"].tolist() == ["go", "left", "stop"]
    page = calm(page.button(key="teach_trial_sample").click().run())
    assert "s:" in said(page) or "No word found" in said(page)


def test_a_file_is_loaded_and_a_wrong_one_told(app: App) -> None:
    taught = Recognizer.load().with_words({"beep": takes_of(2000.0, 2)}, RATE)
    page = app(PAGE)

    def load(content: bytes) -> AppTest:
        uploader = next(one for one in page.get("file_uploader") if "taught" in one.label)
        uploader.upload("mine.kws", content, "application/octet-stream")
        return page.run()

    page = load(b"nothing of the kind")
    assert "no file of taught words" in said(page)
    page = calm(load(taught_bytes(taught)))
    assert "In use on Recognise, Live and Own test set: beep" in said(page)


def test_sounds_from_live_become_takes_and_counter_examples(app: App) -> None:
    quiet = noise(0.8, 0.001)
    heard = np.concatenate([x for take in takes_of(2000.0, 3) for x in (quiet, take, quiet)])
    page = app(PAGE)
    page.session_state["taught_words_sounds_kept"] = takes_in(heard, RATE)
    page = calm(page.run())
    assert "Name a word first" in said(page)
    assert all(one.disabled for one in page.button if one.label == "Add")
    page = calm(name_word(page, "beep"))

    def press(label: str) -> AppTest:
        return calm(next(one for one in page.button if one.label == label).click().run())

    page = press("Add")
    page = press("Wrong")
    assert page.table[0].value["Takes"].tolist() == ["1"]
    assert len(page.session_state["taught_words_counter_kept"]) == 1
    page = press("Add")
    assert page.table[0].value["Takes"].tolist() == ["2"]
    assert "Sounds from Live" not in [header.value for header in page.header]


def test_a_wrong_sound_becomes_a_counter_example(app: App) -> None:
    page = upload(name_word(app(PAGE), "beep"), *takes_of(2000.0, 2))
    trial = next(one for one in page.get("audio_input") if "other words" in one.label)
    trial.upload("trial.wav", to_wav(word_said(2000.0, seed=3), RATE))
    page = calm(page.run())
    wrong = [one for one in page.button if one.label == "Wrong"]
    if wrong:
        page = calm(wrong[0].click().run())
        assert "1 counter-example kept" in said(page)

"""The pages in a real browser: microphone, uploads, keyboard, small screens, both themes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.samples import Sample, list_samples
from kws_core.spotting.recognizer import Recognizer
from tests.helpers.audio_files import encode
from tests.helpers.browser import WAIT_MS, OpenPage, Permission

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Open = Callable[..., OpenPage]

# The browser's microphone starts when it is asked for, and repeats the file.
SILENCE_BEFORE_S, SILENCE_AFTER_S = 0.5, 1.5


def in_silence(sample: Sample) -> np.ndarray:
    """Return a sample's sound with the silence around it that a recording has."""
    sound = read_audio(sample.path).samples
    before, after = (round(s * SAMPLE_RATE) for s in (SILENCE_BEFORE_S, SILENCE_AFTER_S))
    return np.pad(sound, (before, after))


@pytest.fixture(scope="module")
def spoken() -> Sample:
    """Return a sample whose word the recogniser finds also within silence."""
    recogniser = Recognizer.load()
    for sample in list_samples():
        if sample.kind == "word":
            found = recogniser.find_words(in_silence(sample), SAMPLE_RATE)
            if [word.label for word in found] == [sample.words[0].label]:
                return sample
    pytest.fail("the recogniser finds none of the sample words")


def expect_answer(page: Page, text: str) -> None:
    from playwright.sync_api import expect

    expect(page.locator("p[role=status]")).to_contain_text(text, timeout=WAIT_MS)


def choose_source(opened: OpenPage, name: str) -> None:
    opened.page.get_by_text(name, exact=True).click()
    opened.wait_until_idle()


def recorder(page: Page) -> Locator:
    return page.get_by_test_id("stAudioInput")


def upload(opened: OpenPage, name: str, data: bytes) -> None:
    file = {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    opened.page.locator("input[type=file]").first.set_input_files(file)


def test_a_spoken_word_is_recognised_and_outlives_a_change_of_page(
    open_page: Open, tmp_path: Path, spoken: Sample
) -> None:
    sound = in_silence(spoken)
    wav = tmp_path / "microphone.wav"
    wav.write_bytes(to_wav(sound, SAMPLE_RATE))
    opened = open_page("/Recognise", fake_microphone=wav)
    choose_source(opened, "Record")
    recorder(opened.page).get_by_role("button", name="Record", exact=True).click()
    stop = recorder(opened.page).get_by_role("button", name="Stop recording")
    stop.wait_for()
    # Until the word is over, and before it comes again.
    opened.page.wait_for_timeout(1000 * (len(sound) / SAMPLE_RATE - 0.7))
    stop.click()
    word = spoken.words[0].label
    expect_answer(opened.page, word)
    # One player: the recorder is ready for the next recording.
    recorder(opened.page).get_by_role("button", name="Record", exact=True).wait_for()
    assert recorder(opened.page).get_by_role("button", name="Play").count() == 0

    sidebar = opened.page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Home").click()
    opened.page.get_by_text("Your recording").wait_for()
    expect_answer(opened.page, word)
    sidebar.get_by_role("link", name="Recognise").click()
    opened.page.get_by_role("button", name="Clear").wait_for()
    expect_answer(opened.page, word)
    opened.page.get_by_role("button", name="Clear").click()
    opened.page.get_by_text("Press the microphone button").wait_for()
    opened.check_quiet()


def test_an_mp3_and_an_m4a_can_be_uploaded(open_page: Open, spoken: Sample) -> None:
    opened = open_page("/Recognise")
    choose_source(opened, "Upload")
    for kind in ("mp3", "m4a"):
        upload(opened, f"voice note.{kind}", encode(in_silence(spoken), SAMPLE_RATE, kind))
        opened.page.get_by_text(f"voice note.{kind}").wait_for()
        expect_answer(opened.page, spoken.words[0].label)
        opened.page.get_by_test_id("stFileUploader").get_by_role(
            "button", name=re.compile("^Remove")
        ).click()
        opened.page.get_by_text("The result appears here").wait_for()
    assert opened.console_errors == []


@pytest.mark.parametrize(
    ("permission", "reason"),
    [("denied", "The microphone is blocked"), ("no-device", "The browser finds no microphone")],
)
def test_why_there_is_no_microphone_is_explained(
    open_page: Open, permission: Permission, reason: str
) -> None:
    opened = open_page("/Recognise", permission=permission)
    choose_source(opened, "Record")
    opened.page.get_by_text(reason).wait_for()
    opened.page.get_by_role("button", name="Microphone not working?").click()
    opened.page.get_by_text("Access refused?").wait_for()
    for what_to_do in ("Plug one in", "Browsers give the microphone only"):
        assert opened.page.get_by_text(what_to_do).last.is_visible()


def test_a_found_word_is_played_from_its_start_to_its_end(open_page: Open) -> None:
    opened = open_page("/Recognise")
    page = opened.page
    page.get_by_text("several words").click()
    button = page.locator("button", has=page.locator(".span")).nth(1)
    _, end = map(float, re.findall(r"[\d.]+", button.locator(".span").inner_text()))
    button.click()
    page.locator(".play[aria-label^=Pause]").wait_for()
    page.locator(".play[aria-label^=Play]").wait_for()
    position = float(page.locator(".player .time").inner_text().split()[0])
    assert position == pytest.approx(end, abs=0.02)
    opened.wait_until_idle()
    # Beside the picture, however many there are: nothing to scroll past.
    picture = page.locator(".st-key-clip_picture").bounding_box()
    assert picture is not None
    assert picture["y"] < 900


def test_home_asks_for_a_word(open_page: Open) -> None:
    page = open_page("/").page
    page.get_by_role("button", name="Say a word").click()
    recorder(page).get_by_role("button", name="Record", exact=True).wait_for()
    page.get_by_role("heading", name="Recognise", level=1).wait_for()


def test_a_sample_can_be_chosen_with_the_keyboard(open_page: Open) -> None:
    opened = open_page("/")
    chosen = opened.page.get_by_test_id("stButtonGroup").locator("[aria-checked=true]")
    assert chosen.inner_text() == "marvin"
    chosen.focus()
    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("Enter")
    happy = opened.page.get_by_role("radio", name="happy", checked=True)
    happy.wait_for()
    opened.page.get_by_text('"happy", 1.0 s').wait_for()

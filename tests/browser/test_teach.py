"""A sound taught with a microphone, found in a recording and on Live, and kept in a file."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.live.programmes import in_a_row
from kws_core.samples import get_sample
from kws_core.spotting import KeywordDetector
from kws_core.spotting.recognizer import Recognizer
from tests.helpers.browser import WAIT_MS, OpenPage
from tests.helpers.live_page import logged, start
from tests.helpers.sounds import noise

if TYPE_CHECKING:
    from playwright.sync_api import Locator

SECONDS = 2.2
BEFORE, AFTER = "yes", "marvin"


def whistle() -> np.ndarray:
    """A rising tone in a quiet room: no word, but a sound that can be taught."""
    sound = noise(SECONDS, 0.0005)
    time = np.arange(round(0.5 * SAMPLE_RATE)) / SAMPLE_RATE
    tone = 0.3 * np.sin(2 * np.pi * (900 * time + 1200 * time**2)) * np.hanning(len(time))
    sound[round(0.6 * SAMPLE_RATE) :][: len(tone)] += tone
    return sound.astype(np.float32)


def record(opened: OpenPage, recorder: Locator) -> None:
    opened.wait_until_idle()  # each take gets a recorder of its own
    stop = recorder.get_by_role("button", name="Stop recording")
    for _ in range(5):  # a press in the moment in which the recorder is exchanged is lost
        recorder.get_by_role("button", name="Record", exact=True).click()
        given_up = time.monotonic() + 20
        while not stop.is_visible() and time.monotonic() < given_up:
            opened.page.wait_for_timeout(100)
        if stop.is_visible():
            break
    opened.page.wait_for_timeout(1000 * (SECONDS - 0.4))
    stop.click()


def among_words() -> np.ndarray:
    """The whistle between two words, to be played in a loop."""
    before, after = (read_audio(get_sample(word).path).samples for word in (BEFORE, AFTER))
    sound = in_a_row([before, whistle()[8000:20_000], after], gap_s=0.8)
    return sound + noise(len(sound) / SAMPLE_RATE, 0.0005)[: len(sound)]


def test_the_whistle_can_be_taught_and_stands_out_among_words() -> None:
    taught = Recognizer.load().with_words({"whistle": [whistle()]}, SAMPLE_RATE)
    assert [word.label for word in taught.find_words(whistle(), SAMPLE_RATE)] == ["whistle"]
    heard = KeywordDetector(taught).push(np.tile(among_words(), 2))
    assert [word.label for word in heard] == 2 * [BEFORE, "whistle", AFTER]


def test_a_sound_is_taught_found_and_kept_in_a_file(
    open_page: Callable[..., OpenPage], tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    wav = tmp_path / "microphone.wav"
    wav.write_bytes(to_wav(whistle(), SAMPLE_RATE))
    opened = open_page("/Teach", fake_microphone=wav)
    page = opened.page
    page.get_by_label("New word").fill("whistle")
    page.get_by_role("button", name="Add the word").click()
    takes = page.get_by_role("button", name="Drop")
    # The browser's microphone starts anew each time: some takes are the same to the bit. A busy
    # machine records for longer: then one recording holds several.
    again = page.get_by_text("among the takes already")
    for _ in range(9):
        if (kept := takes.count()) >= 3:
            break
        record(opened, page.get_by_test_id("stAudioInput").first)
        expect(takes.nth(kept).or_(again).first).to_be_visible(timeout=WAIT_MS)
        opened.wait_until_idle()
    assert takes.count() >= 3
    record(opened, page.get_by_test_id("stAudioInput").last)
    page.get_by_role("button", name="Wrong").first.wait_for()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the taught words").click()
    saved = tmp_path / "mine.kws"
    download.value.save_as(saved)
    among = tmp_path / "among.wav"
    among.write_bytes(to_wav(among_words(), SAMPLE_RATE))
    another = open_page("/Teach", fake_microphone=among).page
    another.locator("input[type=file]").last.set_input_files(saved)
    expect(
        another.get_by_text("In use on Recognise, Live and Own test set: whistle.")
    ).to_be_visible(timeout=WAIT_MS)
    another.emulate_media(reduced_motion="reduce")
    another.get_by_test_id("stSidebar").get_by_role("link", name="Live").click()
    start(another)
    deadline = time.monotonic() + WAIT_MS / 1000
    while True:
        words = logged(another)
        # A machine too busy to bring all of the sound may miss a word, but none comes twice.
        assert all(word != after for word, after in pairwise(words)), words
        if (BEFORE, "whistle", AFTER) in zip(words, words[1:], words[2:], strict=False):
            break
        assert time.monotonic() < deadline, words
        another.wait_for_timeout(100)


def test_a_missing_microphone_is_explained_and_the_recorders_error_is_whole(
    open_page: Callable[..., OpenPage],
) -> None:
    opened = open_page("/Teach", permission="no-device")
    page = opened.page
    page.get_by_role("textbox", name="New word").fill("kiwi")
    page.get_by_role("button", name="Add the word").click()
    page.get_by_text("The browser finds no microphone").wait_for()
    recorder = page.get_by_test_id("stAudioInput").first
    recorder.get_by_role("button", name="Record", exact=True).click()
    error = recorder.get_by_text("An error has occurred")
    error.wait_for()
    text, frame = error.bounding_box(), recorder.locator("> div").first.bounding_box()
    assert text is not None
    assert frame is not None
    assert frame["y"] < text["y"]
    assert text["y"] + text["height"] < frame["y"] + frame["height"]

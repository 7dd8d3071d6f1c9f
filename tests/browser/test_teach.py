"""A sound taught with a microphone, found in a recording, and kept in a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.spotting.recognizer import Recognizer
from tests.helpers.browser import WAIT_MS, OpenPage
from tests.helpers.sounds import noise

if TYPE_CHECKING:
    from playwright.sync_api import Locator

SECONDS = 2.2


def whistle() -> np.ndarray:
    """A rising tone in a quiet room: no word, but a sound that can be taught."""
    sound = noise(SECONDS, 0.0005)
    time = np.arange(round(0.5 * SAMPLE_RATE)) / SAMPLE_RATE
    tone = 0.3 * np.sin(2 * np.pi * (900 * time + 1200 * time**2)) * np.hanning(len(time))
    sound[round(0.6 * SAMPLE_RATE) :][: len(tone)] += tone
    return sound.astype(np.float32)


def record(opened: OpenPage, recorder: Locator) -> None:
    opened.wait_until_idle()  # each take gets a recorder of its own
    recorder.get_by_role("button", name="Record", exact=True).click()
    stop = recorder.get_by_role("button", name="Stop recording")
    stop.wait_for()
    opened.page.wait_for_timeout(1000 * (SECONDS - 0.4))
    stop.click()


def test_the_whistle_can_be_taught() -> None:
    taught = Recognizer.load().with_words({"whistle": [whistle()]}, SAMPLE_RATE)
    assert [word.label for word in taught.find_words(whistle(), SAMPLE_RATE)] == ["whistle"]


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
    # The browser's microphone starts anew each time: some takes are the same to the bit.
    again = page.get_by_text("among the takes already")
    for _ in range(9):
        if (kept := takes.count()) == 3:
            break
        record(opened, page.get_by_test_id("stAudioInput").first)
        expect(takes.nth(kept).or_(again).first).to_be_visible(timeout=WAIT_MS)
        opened.wait_until_idle()
    expect(takes).to_have_count(3)
    record(opened, page.get_by_test_id("stAudioInput").last)
    page.get_by_role("button", name="Wrong").wait_for()

    with page.expect_download() as download:
        page.get_by_role("button", name="Download the taught words").click()
    saved = tmp_path / "mine.kws"
    download.value.save_as(saved)
    another = open_page("/Teach").page
    another.locator("input[type=file]").last.set_input_files(saved)
    expect(
        another.get_by_text("In use on Recognise, Live and Own test set: whistle.")
    ).to_be_visible(timeout=WAIT_MS)

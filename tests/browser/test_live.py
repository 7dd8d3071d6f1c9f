"""The Live page in a real browser: words from a microphone, and what is left when a tab closes."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, Samples, to_wav
from kws_core.augment.noise import colored_noise
from kws_core.live.listener import THREAD_NAME
from kws_core.live.programmes import in_a_row
from kws_core.samples import list_samples
from kws_core.spotting import DetectorSettings, Trigger, WindowScorer, smoothed_scores
from kws_core.spotting.recognizer import Recognizer
from tests.helpers.browser import WAIT_MS, AppServer, OpenPage, no_sideways_scroll, run_server
from tests.helpers.live_page import logged, microphone, play_the_sample, start

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., OpenPage]

N_WORDS = 4
NOISE_S, PAUSE_S = 2.0, 0.6
DECODER_NAME = "audio-decoder"  # a thread of the connection itself
PROBE_VARIABLE = "KWS_TEST_PROBE"
# Run by Python at its start: keeps a file up to date with the server's threads and memory.
PROBE = f"""
import json, os, threading, time

def watch(path):
    while True:
        with open("/proc/self/statm") as file:
            mb = int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
        with open(path + ".new", "w") as file:
            json.dump({{"mb": mb, "threads": [t.name for t in threading.enumerate()]}}, file)
        os.replace(path + ".new", path)
        time.sleep(0.1)

if os.environ.get("{PROBE_VARIABLE}"):
    path = os.environ["{PROBE_VARIABLE}"]
    threading.Thread(target=watch, args=(path,), daemon=True).start()
"""


@dataclass(frozen=True)
class Watched:
    """A server whose threads and memory can be looked at."""

    server: AppServer
    probe: Path

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.probe.read_text())
        return found

    def threads(self) -> list[str]:
        """Return the names of those that belong to listening."""
        names = self.state()["threads"]
        return [n for n in names if n in (THREAD_NAME, DECODER_NAME)]

    def n_observers(self) -> int:
        """Count the threads that wait for a session's end: one of each that had a microphone."""
        return sum(name.startswith("ShutdownPolling") for name in self.state()["threads"])

    def wait_for(self, happened: Callable[[list[str]], bool]) -> None:
        deadline = time.monotonic() + WAIT_MS / 1000
        while not happened(self.threads()):
            assert time.monotonic() < deadline, self.threads()
            time.sleep(0.1)

    def wait_for_quiet(self) -> None:
        self.wait_for(lambda names: not names)


@dataclass(frozen=True)
class Recording:
    """Words and then noise, to be played in a loop, and the words in order."""

    wav: Path
    words: list[str]


@pytest.fixture(scope="module")
def watched(app_script: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Serve the app with a probe inside."""
    if not Path("/proc/self/statm").exists():
        pytest.skip("looks at the server's memory as Linux shows it")
    folder = tmp_path_factory.mktemp("live")
    (folder / "sitecustomize.py").write_text(PROBE)
    probe = folder / "state.json"
    with pytest.MonkeyPatch.context() as patch:
        paths = [str(folder), *filter(None, [os.environ.get("PYTHONPATH")])]
        patch.setenv("PYTHONPATH", os.pathsep.join(paths))
        patch.setenv(PROBE_VARIABLE, str(probe))
        with run_server(app_script, folder / "streamlit.log") as server:
            yield Watched(server, probe)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Return sample words that the detector hears clearly, and noise in which it hears none."""
    recognizer = Recognizer.load()

    def heard(sound: Samples) -> list[list[str]]:
        """Return what is heard at each of some thresholds around the usual one."""
        usual = DetectorSettings()
        windows = WindowScorer(recognizer, usual.hop_steps, history_s=1.0).push(sound)
        rows = smoothed_scores(windows.posteriors, recognizer.labels, usual.n_smoothed)
        found = []
        for threshold in (0.9, usual.threshold, 0.98):
            trigger = Trigger(recognizer.labels, replace(usual, threshold=threshold))
            steps = zip((windows.end / SAMPLE_RATE).tolist(), rows, windows.level_db, strict=True)
            columns = [trigger.step(*step) for step in steps]
            found.append([recognizer.labels[c] for c in columns if c is not None])
        return found

    samples = [sample for sample in list_samples() if sample.kind == "word"]
    clips = {s.words[0].label: read_audio(s.path).samples for s in samples}
    everywhere = heard(in_a_row(list(clips.values()), PAUSE_S))
    clear = [word for word in clips if all(words.count(word) == 1 for words in everywhere)]
    words = clear[:N_WORDS]
    # As loud as the words: what makes a detector fire where nothing is said.
    noise = 0.03 * colored_noise("pink", round(NOISE_S * SAMPLE_RATE), SAMPLE_RATE, seed=1)
    spoken = in_a_row([clips[word] for word in words], PAUSE_S)
    sound = np.concatenate([spoken, noise]).astype(np.float32)
    assert heard(np.tile(sound, 2)) == [words * 2] * 3
    wav = tmp_path_factory.mktemp("microphone") / "words.wav"
    wav.write_bytes(to_wav(sound, SAMPLE_RATE))
    return Recording(wav, words)


def open_calmly(open_page: Open, watched: Watched, **options: Any) -> OpenPage:
    """Open the page without the movement between the pieces that come, which costs the most."""
    opened = open_page("/Live", server=watched.server, **options)
    opened.page.emulate_media(reduced_motion="reduce")
    return opened


def stop(page: Page) -> None:
    microphone(page).get_by_role("button", name="Stop").click()


def n_heard(page: Page) -> int:
    """Return how many words were heard, of which the log shows the last ones."""
    found = re.search(r"Log: (\d+) word", page.get_by_test_id("stMain").inner_text())
    return int(found[1]) if found else 0


def wait_for_words(page: Page, n: int) -> list[str]:
    deadline = time.monotonic() + WAIT_MS / 1000
    # Their number may be on the page before the last of them is.
    while n_heard(page) < n or len(logged(page)) < min(n, N_WORDS):
        assert time.monotonic() < deadline, page.get_by_test_id("stMain").inner_text()
        page.wait_for_timeout(100)
    return logged(page)


def wait_for_a_round(page: Page, cycle: list[str]) -> None:
    """Wait until all words of a recording that is repeated were logged in a row, and no other.

    A machine that is too busy to bring all of the sound here gets another try, but may at no time
    log a word that is not said, or one twice.
    """
    rounds = [cycle[i:] + cycle[:i] for i in range(N_WORDS)]
    deadline = time.monotonic() + WAIT_MS / 1000
    while True:
        words = logged(page)
        assert set(words) <= set(cycle)
        assert all(word != after for word, after in pairwise(words)), words
        if any(words[i : i + N_WORDS] in rounds for i in range(len(words))):
            return
        assert time.monotonic() < deadline, words
        page.wait_for_timeout(100)


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()


def test_spoken_words_are_logged_once_each_in_order_through_pause_and_page(
    open_page: Open, watched: Watched, recording: Recording
) -> None:
    opened = open_calmly(open_page, watched, fake_microphone=recording.wav)
    page = opened.page
    start(page)
    wait_for_words(page, N_WORDS + 1)  # beyond the noise, in which there is none
    wait_for_a_round(page, recording.words)
    # The last one stands in large letters as well.
    assert page.locator(".word .label").inner_text() in recording.words

    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Resume").wait_for()
    opened.wait_until_idle()
    before = n_heard(page)
    watched.wait_for(lambda names: THREAD_NAME not in names)  # nothing is listened to
    assert n_heard(page) == before
    page.get_by_role("button", name="Resume").click()
    words = wait_for_words(page, before + 1)
    assert set(words) <= set(recording.words)

    # On another page nobody listens; back again, what was heard is there.
    before = n_heard(page)
    go_to(page, "Home")
    watched.wait_for_quiet()
    go_to(page, "Live")
    microphone(page).get_by_role("button", name="Start").wait_for()
    wait_for_words(page, before)
    opened.check_quiet()


def test_ten_starts_and_stops_grow_nothing_and_a_closed_tab_leaves_nothing(
    open_page: Open, watched: Watched, recording: Recording
) -> None:
    before = watched.n_observers()
    page = open_calmly(open_page, watched, fake_microphone=recording.wav).page
    memory = []
    for _ in range(10):
        start(page)
        watched.wait_for(lambda names: {THREAD_NAME, DECODER_NAME} <= set(names))
        stop(page)
        watched.wait_for(lambda names: DECODER_NAME not in names)
        memory.append(watched.state()["mb"])
    watched.wait_for_quiet()
    watched.wait_for(lambda _: watched.n_observers() <= before + 1)  # they look once a second
    assert max(memory[5:]) - max(memory[:5]) < 20
    start(page)
    watched.wait_for(lambda names: {THREAD_NAME, DECODER_NAME} <= set(names))
    page.close()
    watched.wait_for_quiet()


def test_without_a_microphone_a_sample_shows_all_of_it_in_two_tabs_at_once(
    open_page: Open, watched: Watched
) -> None:
    from playwright.sync_api import expect

    opened = open_page(
        "/Live", permission="denied", width=390, colour_scheme="dark", server=watched.server
    )
    page = opened.page
    page.get_by_text("The microphone is blocked for this page").wait_for()
    other = open_calmly(open_page, watched, permission="no-device").page
    other.get_by_text("The browser finds no microphone").wait_for()

    play_the_sample(page)
    strip = page.locator("section.live")  # on a phone it lies below what was pressed
    expect(strip).to_be_in_viewport(ratio=1, timeout=WAIT_MS)
    play_the_sample(other)
    watched.wait_for(lambda names: names.count(THREAD_NAME) == 2)
    words = wait_for_words(page, 2)
    # Each tab hears for itself; closed, nothing of it is left, and the other one goes on.
    assert wait_for_words(other, 2)[:2] == words[:2]
    other.close()
    watched.wait_for(lambda names: names.count(THREAD_NAME) <= 1)
    words = wait_for_words(page, 3)
    assert no_sideways_scroll(page)
    board = page.locator("div.board")
    assert "ball at column 5, row 3" not in (board.get_attribute("aria-label") or "")
    if page.get_by_role("button", name="Stop the sample").is_visible():
        page.get_by_role("button", name="Stop the sample").click()
    page.get_by_role("button", name="Play the sample").wait_for()
    opened.wait_until_idle()  # what is clicked while the page is made anew may be gone by then
    with page.expect_download() as download:
        page.get_by_role("button", name="Log as CSV").click()
    lines = download.value.path().read_text().splitlines()
    assert ",".join(words) in ",".join(line.split(",")[0] for line in lines[1:])
    page.get_by_role("button", name="in Explore").click()
    clip = page.get_by_test_id("stPopoverButton").filter(has_text=re.compile(r"Live, last \d+ s"))
    clip.wait_for()
    opened.check_quiet()


def test_the_last_seconds_of_what_plays_open_on_another_page(
    open_page: Open, watched: Watched
) -> None:
    opened = open_calmly(open_page, watched)
    page = opened.page
    # More than once: whether a timer of this page comes in between is chance.
    for name in ("Recognise", "Explore") * 2:
        play_the_sample(page)
        stop = page.get_by_role("button", name="Stop the sample")
        opened.wait_until_idle()  # until then the buttons are those of the run before
        page.get_by_role("button", name=f"in {name}", disabled=False).click()
        page.get_by_role("heading", name=name, level=1).wait_for()
        page.locator(".js-plotly-plot").first.wait_for()
        go_to(page, "Live")
        # What the microphone's component says of itself comes late, and Streamlit may drop a press
        # that comes at the same moment.
        microphone(page).get_by_role("button", name="Start").wait_for()
        opened.wait_until_idle()
        if stop.is_visible():  # unless a slow machine was done with it
            stop.click()
    assert opened.page_errors == []

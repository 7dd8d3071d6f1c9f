"""The player in a real browser: it plays, its cursor is where the sound is, a click seeks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.helpers.app import ROOT
from tests.helpers.browser import (
    AppServer,
    OpenPage,
    PageOpener,
    no_sideways_scroll,
    reason_to_skip,
    run_server,
)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser


PLOT = ".st-key-picture .js-plotly-plot"
CURSOR = f"{PLOT} .kws-player-cursor"
DOUBLE_CLICK_MS = 400  # Plotly takes two presses within 300 for one, which undoes a zoom

SCRIPT = f"""
import sys

sys.path.insert(0, {str(ROOT)!r})

import numpy as np
import streamlit as st

from kws_core.features.front_ends import LogMelConfig
from kws_core.charts.clip import clip_figure
from kws_core.ui.shared.player import player

seconds = 2.0 if st.toggle("Longer") else 1.0
count = st.number_input("Runs", 0)
samples = np.sin(np.arange(round(seconds * 16_000)) / 8).astype(np.float32) / 3
frames = 1 + (len(samples) - 480) // 160
log_mel = np.random.default_rng(0).normal(size=(40, frames)).astype(np.float32)

player(samples, key="upper", figure_key="picture", label="the word yes")
if not st.toggle("Hide the picture"):
    figure = clip_figure(samples, 16_000, log_mel, LogMelConfig())
    st.plotly_chart(figure, key="picture", config={{"displayModeBar": False}})
if not st.toggle("Hide the other"):
    player(samples, key="lower", label="another")
st.write(f"Run with {{count}}")
"""


@pytest.fixture(scope="module")
def player_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """Serve a page that has two players, one of them with a picture."""
    if (reason := reason_to_skip()) is not None:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("player")
    script = folder / "player_page.py"
    script.write_text(SCRIPT, encoding="utf-8")
    with run_server(script, folder / "streamlit.log") as server:
        yield server


@pytest.fixture(scope="module")
def shared_page(page_opener: PageOpener, player_server: AppServer) -> Iterator[OpenPage]:
    """Open the page once: a browser loads it much faster the second time."""
    yield page_opener.open("/", server=player_server)
    page_opener.close_pages()


@pytest.fixture
def opened(shared_page: OpenPage) -> Iterator[OpenPage]:
    """Load the page anew; after the test, nothing may have gone wrong in it."""
    shared_page.page.set_viewport_size({"width": 1280, "height": 900})
    shared_page.page.reload()
    shared_page.wait_until_idle()
    shared_page.page.locator(CURSOR).wait_for(state="attached")
    yield shared_page
    shared_page.check_quiet()


def part(page: Page, selector: str, key: str = "upper") -> Locator:
    return page.locator(f".st-key-{key} {selector}")


def time_of(page: Page, key: str = "upper") -> float:
    return float(part(page, "audio", key).evaluate("audio => audio.currentTime"))


def is_playing(page: Page, key: str = "upper") -> bool:
    return bool(part(page, "audio", key).evaluate("audio => !audio.paused"))


def play_slowly(page: Page) -> None:
    """Let sounds take ten times as long: a busy machine takes its time between two keys."""
    page.evaluate("document.querySelectorAll('audio').forEach(a => { a.playbackRate = 0.1 })")


def wait_for_time(page: Page, least: float, key: str = "upper") -> None:
    audio = part(page, "audio", key).element_handle()
    page.wait_for_function("([audio, least]) => audio.currentTime >= least", arg=[audio, least])


def pixel_of(page: Page, time: float) -> float:
    """Where Plotly itself draws a time, in pixels of the window."""
    script = """(plot, time) => {
      const axis = plot._fullLayout.xaxis;
      return plot.getBoundingClientRect().left + axis._offset + axis.d2p(time);
    }"""
    return float(page.locator(PLOT).evaluate(script, time))


def cursor_pixel(page: Page) -> float:
    # Drawn at most one frame after what moved it.
    page.evaluate("() => new Promise(done => setTimeout(() => requestAnimationFrame(done), 60))")
    box = page.locator(CURSOR).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


def middle_of_the_mel(page: Page) -> float:
    box = page.locator(f"{PLOT} .nsewdrag").nth(1).bounding_box()
    assert box is not None
    return box["y"] + box["height"] / 2


def click_at(page: Page, time: float) -> None:
    page.mouse.click(pixel_of(page, time), middle_of_the_mel(page))


def zoom(page: Page, start: float, end: float) -> None:
    page.wait_for_timeout(DOUBLE_CLICK_MS)
    height = middle_of_the_mel(page)
    page.mouse.move(pixel_of(page, start), height)
    page.mouse.down()
    page.mouse.move(pixel_of(page, (start + end) / 2), height, steps=3)
    page.mouse.move(pixel_of(page, end), height, steps=3)
    page.mouse.up()
    plot = page.locator(PLOT).element_handle()
    page.wait_for_function(
        "([plot, end]) => plot._fullLayout.xaxis.range[1] < end", arg=[plot, end + 0.05]
    )
    page.wait_for_timeout(DOUBLE_CLICK_MS)


def wait_for_width(page: Page, window: int) -> None:
    """Wait until Plotly has drawn the picture for a window of that width."""
    script = "([plot, window]) => plot._fullLayout.width < window"
    page.wait_for_function(script, arg=[page.locator(PLOT).element_handle(), window])


def test_it_plays_to_the_end_and_then_from_the_start(opened: OpenPage) -> None:
    page = opened.page
    part(page, "button").click()
    wait_for_time(page, 0.2)
    assert part(page, "button").get_attribute("aria-label") == "Pause the word yes"
    page.wait_for_selector(".st-key-upper [aria-label='Play the word yes']")
    assert time_of(page) == pytest.approx(1.0, abs=0.01)
    assert cursor_pixel(page) == pytest.approx(pixel_of(page, 1.0), abs=3)
    assert part(page, ".time").inner_text() == "1.00 / 1.00 s"
    play_slowly(page)
    part(page, "button").click()
    assert time_of(page) < 0.8
    assert is_playing(page)


def test_the_cursor_is_at_the_time_also_after_a_zoom_and_a_resize(opened: OpenPage) -> None:
    page = opened.page
    assert cursor_pixel(page) == pytest.approx(pixel_of(page, 0.0), abs=3)
    click_at(page, 0.5)
    assert cursor_pixel(page) == pytest.approx(pixel_of(page, 0.5), abs=3)
    zoom(page, 0.4, 0.9)
    assert time_of(page) == pytest.approx(0.5, abs=0.02), "a drag must not seek"
    assert cursor_pixel(page) == pytest.approx(pixel_of(page, time_of(page)), abs=3)
    click_at(page, 0.6)
    assert time_of(page) == pytest.approx(0.6, abs=0.02)
    page.set_viewport_size({"width": 700, "height": 900})
    wait_for_width(page, 700)
    assert cursor_pixel(page) == pytest.approx(pixel_of(page, time_of(page)), abs=3)
    part(page, ".seek").press("Home")
    page.locator(CURSOR).wait_for(state="hidden")  # its time lies outside of the zoomed picture


def test_the_cursor_moves_while_playing(opened: OpenPage) -> None:
    page = opened.page
    part(page, "button").click()
    wait_for_time(page, 0.3)
    script = """([cursor, audio, plot]) => new Promise(done => requestAnimationFrame(() => {
      const axis = plot._fullLayout.xaxis;
      const box = cursor.getBoundingClientRect();
      const left = plot.getBoundingClientRect().left + axis._offset;
      done((box.left + box.width / 2 - left) / axis._length * axis.range[1] - audio.currentTime);
    }))"""
    handles = [
        page.locator(CURSOR).element_handle(),
        part(page, "audio").element_handle(),
        page.locator(PLOT).element_handle(),
    ]
    assert page.evaluate(script, handles) == pytest.approx(0, abs=0.06)


def test_keys_play_and_seek(opened: OpenPage) -> None:
    page = opened.page
    seek = part(page, ".seek")
    seek.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert time_of(page) == pytest.approx(0.1, abs=0.001)
    assert seek.get_attribute("aria-valuetext") == "0.10 of 1.00 seconds"
    page.keyboard.press("PageUp")
    assert time_of(page) == pytest.approx(0.6, abs=0.001)
    play_slowly(page)
    part(page, "button").focus()
    page.keyboard.press("Space")
    wait_for_time(page, 0.65)
    page.keyboard.press("Enter")
    assert not is_playing(page)


def test_only_one_player_plays(opened: OpenPage) -> None:
    page = opened.page
    part(page, "button", "upper").click()
    wait_for_time(page, 0.05, "upper")
    part(page, "button", "lower").click()
    wait_for_time(page, 0.05, "lower")
    assert not is_playing(page, "upper")
    click_at(page, 0.25)
    assert time_of(page, "upper") == pytest.approx(0.25, abs=0.02)
    assert time_of(page, "lower") != pytest.approx(0.25, abs=1e-6)


def test_a_rerun_changes_nothing_and_another_clip_starts_at_0(opened: OpenPage) -> None:
    page = opened.page
    click_at(page, 0.75)
    page.get_by_label("Runs").fill("7")
    page.get_by_label("Runs").press("Enter")
    page.get_by_text("Run with 7").wait_for()
    opened.wait_until_idle()
    assert time_of(page) == pytest.approx(0.75, abs=0.02)
    assert cursor_pixel(page) == pytest.approx(pixel_of(page, 0.75), abs=3)
    page.get_by_text("Longer").click()
    part(page, ".time").get_by_text("0.00 / 2.00 s").wait_for()
    opened.wait_until_idle()
    assert time_of(page) == 0
    click_at(page, 1.5)
    assert time_of(page) == pytest.approx(1.5, abs=0.02)


def test_picture_and_player_come_and_go(opened: OpenPage) -> None:
    page = opened.page
    part(page, "button", "lower").click()
    page.get_by_text("Hide the other").click()
    part(page, "audio", "lower").wait_for(state="detached")
    page.get_by_text("Hide the picture").click()
    page.locator(PLOT).wait_for(state="detached")
    part(page, ".seek").press("PageUp")
    page.get_by_text("Hide the picture").click()
    page.locator(CURSOR).wait_for(state="attached")
    opened.wait_until_idle()
    assert page.locator(CURSOR).count() == 1
    assert cursor_pixel(page) == pytest.approx(pixel_of(page, 0.5), abs=3)
    click_at(page, 0.3)
    assert time_of(page) == pytest.approx(0.3, abs=0.02)


def test_a_phone_has_room_for_it(opened: OpenPage) -> None:
    page = opened.page
    page.set_viewport_size({"width": 390, "height": 900})
    wait_for_width(page, 390)
    assert no_sideways_scroll(page)
    seek = part(page, ".seek").bounding_box()
    assert seek is not None
    assert seek["width"] > 100
    assert seek["height"] >= 44
    click_at(page, 0.5)
    assert time_of(page) == pytest.approx(0.5, abs=0.02)


def test_the_clip_can_be_saved(opened: OpenPage) -> None:
    with opened.page.expect_download() as download:
        part(opened.page, ".save").click()
    assert download.value.suggested_filename == "the-word-yes.wav"
    content = download.value.path().read_bytes()
    assert content[:4] == b"RIFF"
    assert len(content) == 44 + 2 * 16_000


def test_the_pointer_reads_frequency_and_level(opened: OpenPage) -> None:
    page = opened.page
    page.mouse.move(pixel_of(page, 0.5), middle_of_the_mel(page))
    hover = page.locator(f"{PLOT} .hoverlayer .hovertext").text_content() or ""
    assert "Hz" in hover
    assert "dB" in hover

"""The Explore page in a real browser: zoom, cursor, loop, links, saving, both themes, a phone."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from tests.helpers.browser import OpenPage, swipe

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., OpenPage]

AUDIO = ".st-key-explore_player_0 audio"


def plot(view: str) -> str:
    """Return the selector of a view's chart."""
    return f".st-key-explore_{view}_0 .js-plotly-plot"


def wait_for_views(opened: OpenPage, *views: str) -> None:
    """Wait until the waveform and the views have been drawn, with the cursor over them."""
    for view in ("waveform", *views):
        # Streamlit may put another chart in place of an old one.
        opened.page.locator(f"{plot(view)} .nsewdrag").first.wait_for(state="attached")
        opened.page.locator(f"{plot(view)} .kws-player-cursor").wait_for(state="attached")


def pixel_of(page: Page, view: str, time: float) -> float:
    script = """(plot, time) => {
      const axis = plot._fullLayout.xaxis;
      return plot.getBoundingClientRect().left + axis._offset + axis.d2p(time);
    }"""
    return float(page.locator(plot(view)).evaluate(script, time))


def middle_of(page: Page, view: str) -> float:
    page.locator(plot(view)).scroll_into_view_if_needed()
    box = page.locator(f"{plot(view)} .nsewdrag").first.bounding_box()
    assert box is not None
    return box["y"] + box["height"] / 2


def zoom(page: Page, view: str, start: float, end: float) -> None:
    height = middle_of(page, view)
    page.mouse.move(pixel_of(page, view, start), height)
    page.mouse.down()
    page.mouse.move(pixel_of(page, view, end), height + 30, steps=5)
    page.mouse.up()


def wait_for_zoom(page: Page, view: str, start: float, end: float) -> None:
    script = """([selector, start, end]) => {
      const [from, to] = document.querySelector(selector)._fullLayout.xaxis.range;
      return Math.abs(from - start) < 0.02 && Math.abs(to - end) < 0.02;
    }"""
    page.wait_for_function(script, arg=[plot(view), start, end])


def time_of(page: Page) -> float:
    return float(page.locator(AUDIO).evaluate("audio => audio.currentTime"))


def query_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_all_views_zoom_together_with_a_cursor_in_each_of_them(open_page: Open) -> None:
    opened = open_page("/Explore?views=spectrogram,mfcc,rms")
    page = opened.page
    page.set_viewport_size({"width": 1280, "height": 2400})
    wait_for_views(opened, "spectrogram", "mfcc", "rms")
    page.mouse.click(pixel_of(page, "mfcc", 0.5), middle_of(page, "mfcc"))
    assert time_of(page) == pytest.approx(0.5, abs=0.02)
    for view in ("waveform", "spectrogram", "mfcc", "rms"):
        cursor = page.locator(f"{plot(view)} .kws-player-cursor").bounding_box()
        assert cursor is not None
        assert cursor["x"] == pytest.approx(pixel_of(page, view, 0.5), abs=3)

    zoom(page, "spectrogram", 0.3, 0.6)
    for view in ("waveform", "spectrogram", "mfcc", "rms"):
        wait_for_zoom(page, view, 0.3, 0.6)
    assert time_of(page) == pytest.approx(0.5, abs=0.02), "a drag must not seek"

    # A view that is added takes over the zoom.
    page.get_by_test_id("stButtonGroup").get_by_text("Zero crossings").click()
    wait_for_views(opened, "zero-crossings")
    wait_for_zoom(page, "zero-crossings", 0.3, 0.6)

    # Play plays that part alone, and again if that is wished.
    page.get_by_role("button", name="Play").first.click()
    page.get_by_role("button", name="Play").first.wait_for()
    assert time_of(page) == pytest.approx(0.6, abs=0.02)
    page.locator(".st-key-explore_player_0 .loop").click()
    page.get_by_role("button", name="Play").first.click()
    script = """audio => new Promise(done => {
      let last = audio.currentTime;
      const watch = setInterval(() => {
        if (audio.currentTime < last) { clearInterval(watch); done(audio.currentTime); }
        last = audio.currentTime;
      }, 10);
    })"""
    assert page.locator(AUDIO).evaluate(script) == pytest.approx(0.3, abs=0.1)
    opened.check_quiet()


def test_a_link_opens_the_same_view_again(open_page: Open) -> None:
    opened = open_page("/Explore")
    page = opened.page
    wait_for_views(opened, "spectrogram")
    page.get_by_text("Music", exact=True).click()
    page.wait_for_function("() => location.search.includes('n_fft=4096')")
    page.get_by_test_id("stButtonGroup").get_by_text("Log-mel").click()
    page.wait_for_function("() => location.search.includes('Log-mel')")
    opened.wait_until_idle()
    query = query_of(page)
    assert query["views"] == ["Spectrogram", "Log-mel"]
    again = open_page(f"/Explore?{urlsplit(page.url).query}")
    wait_for_views(again, "spectrogram", "log-mel")
    assert again.page.get_by_text("256 ms window (8 Hz resolution)").is_visible()
    assert query_of(again.page) == query
    # Nothing of it reaches another page; coming back, it is there again.
    sidebar = again.page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Recognise").click()
    again.page.locator("p[role=status]").wait_for()
    assert query_of(again.page) == {}
    sidebar.get_by_role("link", name="Explore").click()
    again.page.get_by_text("256 ms window (8 Hz resolution)").wait_for()
    again.page.wait_for_function("() => location.search.includes('n_fft=4096')")
    assert again.page_errors == []


def test_a_value_beyond_its_limits_is_taken_back_with_a_reason(open_page: Open) -> None:
    opened = open_page("/Explore")
    page = opened.page
    page.get_by_text("Settings:").click()
    field = page.get_by_role("spinbutton", name="n_mels")
    field.fill("9999")
    field.press("Enter")
    page.get_by_test_id("stAlert").get_by_text("n_mels was lowered to 256").wait_for()
    opened.wait_until_idle()
    assert int(field.input_value()) <= 256


def test_charts_and_arrays_can_be_saved(open_page: Open) -> None:
    opened = open_page("/Explore?views=log-mel")
    page = opened.page
    wait_for_views(opened, "log-mel")
    chart = page.locator(plot("log-mel"))
    with page.expect_download() as download:
        chart.get_by_role("button", name="Download plot as a PNG").click()
    assert download.value.suggested_filename == "marvin-log-mel.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    page.get_by_text("Export", exact=True).click()
    page.get_by_text("SVG", exact=True).click()
    # For a moment, the chart before is there as well: a click that meets it is lost.
    chart.get_by_role("button", name="Download plot", exact=True).wait_for()
    opened.wait_until_idle()
    # Plotly names the kind only where it is PNG.
    with page.expect_download() as download:
        chart.get_by_role("button", name="Download plot", exact=True).click()
    assert download.value.suggested_filename == "marvin-log-mel.svg"
    assert "<svg" in download.value.path().read_text(encoding="utf-8")[:200]
    with page.expect_download() as download:
        page.get_by_role("button", name="Arrays as NPZ").click()
    with np.load(io.BytesIO(download.value.path().read_bytes())) as file:
        assert file["log-mel.log_mel"].shape == (40, 98)
        assert json.loads(str(file["settings"]))["n_mels"] == 40
    assert opened.console_errors == []


def test_a_colour_scale_and_headings_keep_their_order(open_page: Open) -> None:
    # Magma's first colour is one that Streamlit would replace, were it not slightly changed.
    opened = open_page("/Explore?preset=notebook&views=log-mel,mfcc", colour_scheme="dark")
    wait_for_views(opened, "log-mel", "mfcc")
    scale = opened.page.locator(plot("log-mel")).evaluate("p => p._fullData[0].colorscale[0][1]")
    assert scale == "#010106"
    levels = (
        opened.page.get_by_test_id("stMain")
        .locator("h1, h2, h3, h4")
        .evaluate_all("all => all.map(heading => heading.tagName)")
    )
    assert levels == ["H1", "H2", "H2", "H2"]
    opened.check_quiet()


def test_a_finger_on_a_chart_scrolls_the_page(open_page: Open) -> None:
    opened = open_page("/Explore?views=spectrogram,fft,surface", width=390, touch=True)
    page = opened.page
    wait_for_views(opened, "spectrogram")
    page.locator(f"{plot('surface')} .gl-container").first.wait_for(state="attached")
    opened.wait_until_idle()
    main = page.get_by_test_id("stMain")
    drawn = "p => JSON.stringify([p.layout.scene?.camera, p._fullLayout.xaxis?.range])"
    for view in ("spectrogram", "fft", "surface"):
        chart = page.locator(plot(view))
        before = chart.evaluate(drawn)
        chart.evaluate("chart => chart.scrollIntoView()")
        top = main.evaluate("main => main.scrollTop")
        swipe(page, 195, 200, 410)
        page.wait_for_function(
            "top => document.querySelector('[data-testid=stMain]').scrollTop < top - 100", arg=top
        )
        assert chart.evaluate(drawn) == before
    assert opened.page_errors == []

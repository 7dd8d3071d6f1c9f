"""The Explore page in a real browser: zoom, cursor, links, saving, both themes, a phone."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest

from tests.helpers.browser import ColourScheme, OpenPage, no_sideways_scroll

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., OpenPage]

PLOT = ".st-key-explore_picture .js-plotly-plot"
CURSOR = f"{PLOT} .kws-player-cursor"
AUDIO = ".st-key-explore_picture_player audio"


def wait_for_picture(opened: OpenPage, panes: int = 2) -> None:
    """Wait until the picture has been drawn with that many panes."""
    # Plotly has one such area per pane. Streamlit may put another chart in place of an old one.
    script = "([selector, panes]) => document.querySelectorAll(selector).length === panes"
    opened.page.wait_for_function(script, arg=[f"{PLOT} .nsewdrag", panes])
    opened.page.locator(CURSOR).wait_for(state="attached")


def pixel_of(page: Page, time: float) -> float:
    script = """(plot, time) => {
      const axis = plot._fullLayout.xaxis;
      return plot.getBoundingClientRect().left + axis._offset + axis.d2p(time);
    }"""
    return float(page.locator(PLOT).evaluate(script, time))


def middle_of(page: Page, pane: int) -> float:
    box = page.locator(f"{PLOT} .nsewdrag").nth(pane).bounding_box()
    assert box is not None
    return box["y"] + box["height"] / 2


def ranges(page: Page) -> list[list[float]]:
    script = """plot => Object.keys(plot._fullLayout)
      .filter(key => /^xaxis\\d*$/.test(key)).map(key => plot._fullLayout[key].range)"""
    found: list[list[float]] = page.locator(PLOT).evaluate(script)
    return found


def query_of(page: Page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query))


def test_all_panes_zoom_together_and_the_cursor_is_in_all_of_them(open_page: Open) -> None:
    opened = open_page("/Explore?views=spectrogram,log-mel,rms")
    page = opened.page
    page.set_viewport_size({"width": 1280, "height": 1500})
    wait_for_picture(opened, panes=4)
    page.mouse.click(pixel_of(page, 0.5), middle_of(page, 2))
    assert page.locator(AUDIO).evaluate("a => a.currentTime") == pytest.approx(0.5, abs=0.02)
    cursor, plot = page.locator(CURSOR).bounding_box(), page.locator(PLOT).bounding_box()
    assert cursor is not None
    assert plot is not None
    assert cursor["height"] > 0.8 * plot["height"]
    assert cursor["x"] == pytest.approx(pixel_of(page, 0.5), abs=3)

    height = middle_of(page, 1)
    page.mouse.move(pixel_of(page, 0.3), height)
    page.mouse.down()
    page.mouse.move(pixel_of(page, 0.6), height + 60, steps=5)
    page.mouse.up()
    handle = page.locator(PLOT).element_handle()
    page.wait_for_function("plot => plot._fullLayout.xaxis.range[1] < 0.7", arg=handle)
    zoomed = ranges(page)
    assert len(zoomed) == 4
    assert all(each == pytest.approx(zoomed[0]) for each in zoomed)
    assert page.locator(AUDIO).evaluate("a => a.currentTime") == pytest.approx(0.5, abs=0.02)

    # The zoom outlives a change of view, and the sound moves the cursor.
    page.get_by_test_id("stButtonGroup").get_by_text("Zero crossings").click()
    wait_for_picture(opened, panes=5)
    assert ranges(page)[0] == pytest.approx(zoomed[0])
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("a => a.currentTime > 0.55", arg=page.locator(AUDIO).element_handle())
    assert opened.page_errors == []
    assert opened.console_errors == []


def test_a_link_opens_the_same_view_again(open_page: Open) -> None:
    opened = open_page("/Explore")
    page = opened.page
    wait_for_picture(opened)
    page.get_by_text("Music", exact=True).click()
    page.wait_for_function("() => location.search.includes('preset=music')")
    page.get_by_test_id("stButtonGroup").get_by_text("Log-mel").click()
    page.wait_for_function("() => location.search.includes('log-mel')")
    opened.wait_until_idle()
    assert query_of(page) == {"preset": "music", "views": "spectrogram,log-mel"}
    again = open_page(f"/Explore?{urlsplit(page.url).query}")
    wait_for_picture(again, panes=3)
    assert again.page.get_by_text("resolves 256 ms and 8 Hz").is_visible()
    assert query_of(again.page) == query_of(page)
    # Nothing of it reaches another page; coming back, it is there again.
    sidebar = again.page.get_by_test_id("stSidebar")
    sidebar.get_by_role("link", name="Recognise").click()
    again.page.locator("p[role=status]").wait_for()
    assert query_of(again.page) == {}
    sidebar.get_by_role("link", name="Explore").click()
    again.page.get_by_text("resolves 256 ms and 8 Hz").wait_for()
    again.page.wait_for_function("() => location.search.includes('preset=music')")
    assert again.page_errors == []


def test_pictures_and_arrays_can_be_saved(open_page: Open) -> None:
    opened = open_page("/Explore?views=log-mel")
    page = opened.page
    wait_for_picture(opened)
    with page.expect_download() as download:
        page.locator(PLOT).get_by_role("button", name="Download plot as a PNG").click()
    assert download.value.suggested_filename == "marvin.png"
    assert download.value.path().read_bytes().startswith(b"\x89PNG")
    page.get_by_text("Export", exact=True).click()
    page.get_by_text("SVG", exact=True).click()
    # For a moment, the chart before is there as well: a click that meets it is lost.
    page.locator(PLOT).get_by_role("button", name="Download plot", exact=True).wait_for()
    opened.wait_until_idle()
    # Plotly names the kind only where it is PNG.
    with page.expect_download() as download:
        page.locator(PLOT).get_by_role("button", name="Download plot", exact=True).click()
    assert download.value.suggested_filename == "marvin.svg"
    assert "<svg" in download.value.path().read_text(encoding="utf-8")[:200]
    with page.expect_download() as download:
        page.get_by_role("button", name="Arrays as NPZ").click()
    with np.load(io.BytesIO(download.value.path().read_bytes())) as file:
        assert file["log-mel.log_mel"].shape == (40, 98)
        assert json.loads(str(file["settings"]))["n_mels"] == 40
    assert opened.console_errors == []


@pytest.mark.parametrize("colour_scheme", ["light", "dark"])
def test_it_loads_cleanly_in_either_theme(open_page: Open, colour_scheme: ColourScheme) -> None:
    # Magma's first colour is one that Streamlit would replace, were it not slightly changed.
    opened = open_page("/Explore?preset=notebook&views=log-mel,mfcc", colour_scheme=colour_scheme)
    wait_for_picture(opened, panes=5)
    scale = opened.page.locator(PLOT).evaluate("p => p._fullLayout.coloraxis.colorscale[0][1]")
    assert scale == "#010106"
    assert opened.console_errors == []
    assert opened.page_errors == []
    assert opened.foreign_requests == []


def test_a_phone_needs_no_sideways_scrolling(open_page: Open) -> None:
    views = "spectrogram,mfcc,silence,centroid,libraries,fft,mel-filters"
    opened = open_page(f"/Explore?preset=music&views={views}&other=happy", width=390)
    wait_for_picture(opened, panes=10)
    opened.page.get_by_text("Settings:").click()
    opened.page.get_by_text("Export", exact=True).click()
    opened.page.get_by_text("Mel bands and MFCC").wait_for()
    assert no_sideways_scroll(opened.page)
    assert opened.page_errors == []

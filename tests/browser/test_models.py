"""The Models page in a real browser: cells and layers to click, both themes, a phone, a link."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from tests.helpers.browser import OpenPage, swipe
from tests.helpers.own_sets import archive, recording

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., OpenPage]

MATRIX = ".st-key-models_confusion .js-plotly-plot"
LAST_OF_COMPARE = ".st-key-models_compare_weights .js-plotly-plot"


def query_of(page: Page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query))


def test_a_click_on_an_empty_cell_too_brings_its_clips_and_is_in_the_address(
    open_page: Open,
) -> None:
    opened = open_page("/Models?section=results&unit=counts")
    page = opened.page
    page.locator(f"{MATRIX} .scatterlayer .point").first.wait_for(state="attached")
    # A cell without any clip, beside the diagonal.
    chosen = page.locator(MATRIX).evaluate(
        """plot => {
          const points = plot.data[1], axes = plot._fullLayout, box = plot.getBoundingClientRect();
          const at = points.customdata.findIndex(([a, b], i) =>
            a !== b && b !== '_unknown_' && points.hovertext[i].includes('<br>0 of'));
          const place = (axis, value) => axis._offset + axis.c2p(axis.d2c(value));
          return {pair: points.customdata[at], x: box.left + place(axes.xaxis, points.x[at]),
                  y: box.top + place(axes.yaxis, points.y[at])};
        }"""
    )
    said, heard = chosen["pair"]
    page.mouse.move(chosen["x"], chosen["y"])
    page.mouse.click(chosen["x"], chosen["y"])
    page.get_by_text(f"clips of “{said}” was recognised as").wait_for()
    page.wait_for_url(f"**said={said}*")
    opened.wait_until_idle()
    assert query_of(page) == {
        "section": "Results", "unit": "counts", "said": said, "heard": heard
    }  # fmt: skip
    # The choice outlives the redrawing of the chart, and the address brings it back.
    main = page.get_by_test_id("stMain").inner_text()
    assert f"was recognised as “{heard}”" in main
    again = open_page("/" + page.url.split("/", 3)[3]).page
    again.get_by_text(f"was recognised as “{heard}”").wait_for()
    assert opened.console_errors == []


def test_a_click_on_a_block_brings_what_it_makes_of_the_clip(open_page: Open) -> None:
    opened = open_page("/Models?section=structure")
    page = opened.page
    blocks = page.locator(".st-key-models_blocks .barlayer .point")
    blocks.first.wait_for(state="attached")
    opened.wait_until_idle()
    names = page.locator(".st-key-models_blocks .js-plotly-plot").evaluate(
        "plot => plot.data.find(trace => trace.type === 'bar').customdata"
    )
    wanted = len(names) - 2  # not the first, which is shown before any click
    box = blocks.nth(wanted).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(f"**layer={names[wanted]}*")
    opened.wait_until_idle()
    assert f"Output of {names[wanted]} for" in page.get_by_test_id("stMain").inner_text()
    assert opened.console_errors == []


def test_a_finger_on_a_chart_scrolls_the_page_and_a_tap_chooses_a_block(open_page: Open) -> None:
    opened = open_page("/Models?section=structure", width=390, touch=True)
    page = opened.page
    page.locator(".st-key-models_blocks .barlayer .point").first.wait_for(state="attached")
    opened.wait_until_idle()
    main = page.get_by_test_id("stMain")
    chart = page.locator(".st-key-models_blocks .js-plotly-plot")
    chart.evaluate("chart => chart.scrollIntoView()")
    before = main.evaluate("main => main.scrollTop")
    swipe(page, 195, 500, 290)
    page.wait_for_function(
        "before => document.querySelector('[data-testid=stMain]').scrollTop > before + 100",
        arg=before,
    )
    block = chart.locator(".barlayer .point").nth(5)
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**layer=*")
    assert not page.locator(".modebar-container").first.is_visible()
    assert opened.page_errors == []


def test_two_quick_choices_are_both_kept_and_in_the_address(open_page: Open) -> None:
    opened = open_page("/Models")
    page = opened.page
    page.locator(LAST_OF_COMPARE).first.wait_for()
    for task, cost in (("12 classes", "time"), ("35 words", "MACs"), ("12 classes", "file size")):
        page.get_by_role("radio", name=task, exact=True).click()
        page.get_by_role("radio", name=cost, exact=True).click()  # the page is still being drawn
        opened.wait_until_idle()
        for name in (task, cost):
            page.get_by_role("radio", name=name, exact=True, checked=True).wait_for()
    assert query_of(page) == {"task": "12 classes", "cost": "file size"}
    page.reload()
    page.get_by_role("radio", name="file size", exact=True, checked=True).wait_for()
    page.get_by_role("radio", name="12 classes", exact=True, checked=True).wait_for()
    assert opened.console_errors == []


def test_an_archive_of_ones_own_is_measured_and_its_figures_taken_along(open_page: Open) -> None:
    opened = open_page("/Models?section=own")
    page = opened.page
    files = {f"yes/{i}.wav": recording(400 + 150 * i) for i in range(3)}
    content = {"name": "set.zip", "mimeType": "application/zip", "buffer": archive(files)}
    page.get_by_test_id("stFileUploader").locator("input[type=file]").set_input_files(content)
    page.get_by_text("of 3 recordings").wait_for()
    opened.wait_until_idle()
    with page.expect_download() as download:
        page.get_by_role("button", name="Figures as JSON").click()
    figures = json.loads(io.BytesIO(download.value.path().read_bytes()).read())
    assert figures["accuracy"]["n"] == 3
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("The result appears here").wait_for()
    assert opened.console_errors == []

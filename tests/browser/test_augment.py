"""The Augment page in a real browser: clean in both themes, on a phone, by link, and with sound."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.helpers.browser import WAIT_MS, OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Open = Callable[..., OpenPage]


def address_of(page: Page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.path}?{parts.query}"


def drawn(page: Page) -> str:
    return str(page.get_by_test_id("stTable").first.text_content())


def test_before_after_a_new_draw_and_the_answer_are_on_the_first_screen(open_page: Open) -> None:
    page = open_page("/Augment").page
    page.locator(".st-key-augment_picture .heatmaplayer").nth(2).wait_for(state="attached")
    visible = page.viewport_size["height"]
    for part in (
        page.get_by_role("button", name="New draw"),
        page.get_by_role("status").filter(has_text="now"),
        page.locator(".st-key-augment_picture .js-plotly-plot"),
        page.get_by_role("button", name=re.compile("^Play .* after")),
    ):
        box = part.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= visible


def test_a_draw_is_in_the_address_which_opens_it_again(open_page: Open) -> None:
    opened = open_page("/Augment?T=30&mT=2&fill=zero")
    first = drawn(opened.page)
    opened.page.get_by_role("button", name="New draw").click()
    opened.page.get_by_text("Draw 2", exact=True).wait_for()
    opened.wait_until_idle()
    address = address_of(opened.page)
    assert "seed=2" in address
    second = drawn(opened.page)
    assert second != first
    again = open_page(address)
    again.page.get_by_text("Draw 2", exact=True).wait_for()
    assert drawn(again.page) == second
    again.page.get_by_text("Size, number and fill of the masks").click()
    again.page.get_by_text("looks like loud sound").wait_for()


def test_the_masked_picture_is_heard_with_a_cursor_over_all_its_panels(open_page: Open) -> None:
    from playwright.sync_api import expect

    page = open_page("/Augment").page
    cursors = page.locator(".st-key-augment_picture .kws-player-cursor")
    cursors.nth(1).wait_for(state="attached")
    page.get_by_role("button", name=re.compile("^Play .* after")).click()
    slider = page.get_by_role("slider", name=re.compile("^Position in .* after"))
    # To the end of the clip: a busy machine takes its time to begin.
    expect(slider).to_have_value(re.compile(r"^(0\.9[5-9]|1(\.0|$))"), timeout=WAIT_MS)
    page.get_by_role("button", name=re.compile("^Play .* after")).wait_for()
    heights = [box["height"] for box in (c.bounding_box() for c in cursors.all()) if box]
    assert max(heights) > 300

""" "Your room" in a real browser: what only buttons among timers and a slow network show."""

from __future__ import annotations

import re
import time
import zipfile
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.helpers.browser import WAIT_MS, OpenPage, no_sideways_scroll
from tests.helpers.live_page import play_the_sample

if TYPE_CHECKING:
    from playwright.sync_api import Route

SLOWLY_S = 1.5  # in which the page's timers have run several times


def test_a_test_is_taken_away_while_it_runs_and_its_words_to_another_page(
    open_page: Callable[..., OpenPage],
) -> None:
    expect = pytest.importorskip("playwright.sync_api").expect
    opened = open_page("/Live", permission="no-device", width=390)
    page = opened.page
    page.get_by_role("radio", name="Noise only").or_(
        page.get_by_role("button", name="Noise only")
    ).first.click()
    page.get_by_role("button", name="Start counting").click()
    page.get_by_text("Waits for sound").wait_for()
    opened.wait_until_idle()
    play_the_sample(page)
    page.get_by_text("False alarms: 0 in").wait_for()
    page.get_by_role("tab", name="Threshold").click()
    page.get_by_role("button", name="Use threshold 0.3").click()
    slider = page.locator(".st-key-live_threshold").get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "0.3", timeout=WAIT_MS)

    page.get_by_role("tab", name="Say these words").click()
    page.get_by_role("button", name="Let the sample voice speak").click()
    page.get_by_text("Word 2 of 12").wait_for()
    assert page.get_by_role("status").filter(has_text="no").first.is_visible()
    assert no_sideways_scroll(page)

    def slowly(route: Route) -> None:
        time.sleep(SLOWLY_S)
        route.continue_()

    page.get_by_text(re.compile(r"so far: \d of [1-9]")).wait_for()  # the first word is decided
    page.route("**/media/**", slowly)
    with page.expect_download() as download:
        page.get_by_role("button", name="Sounds and tables as ZIP").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {"room.json", "words/yes/01.wav"} <= set(archive.namelist())
    page.unroute("**/media/**")

    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("button", name="Open in Own test set").click()
    page.get_by_text("recordings correct").wait_for()
    assert "section=Own" in page.url
    assert opened.page_errors == []

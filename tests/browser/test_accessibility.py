"""What axe-core finds in the pages, light, dark and on a phone: nothing of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.helpers import axe
from tests.helpers.browser import LOOKS, OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.skipif(axe.reason_to_skip() is not None, reason=axe.reason_to_skip() or "")

# What is checked of each page: addresses. A page that is mended adds its own.
PAGES = {
    "Home": ["/"],
    "Recognise": ["/Recognise"],
    "Explore": ["/Explore", "/Explore?views=mfcc,silence,8-khz,fft,surface&other=happy"],
    "Augment": ["/Augment", "/Augment?view=compare"],
    "Live": ["/Live"],
    "Models": [
        "/Models",
        "/Models?section=structure",
        "/Models?section=results",
        "/Models?section=results&panel=roc",
        "/Models?section=results&panel=taught",
        "/Models?section=own",
        "/Models?section=why",
        "/Models?section=map",
        "/Models?section=data",
        "/Models?section=card",
    ],
    "Teach": ["/Teach"],
}


def find_several_words(page: Page) -> None:
    page.get_by_role("radio", name="several words").click()
    page.locator("button", has=page.locator(".span")).first.wait_for()


def play_a_sample(page: Page) -> None:
    """Play until words were heard, and hold it: at its end the page would be made anew."""
    page.get_by_role("button", name="Play the sample").click()
    page.get_by_text("Log: 2 words").wait_for()
    page.get_by_role("button", name="Pause", exact=True).click()
    page.get_by_role("button", name="Resume", exact=True).wait_for()


def teach_ready_takes(page: Page) -> None:
    page.get_by_role("button", name="Use ready takes").click()
    page.get_by_role("button", name="Try it live").wait_for()


# What is done on a page before it is looked at.
DONE: dict[str, Callable[[Page], None]] = {
    "/Recognise": find_several_words,
    "/Live": play_a_sample,
    "/Teach": teach_ready_takes,
}


@pytest.mark.parametrize("page", PAGES)
def test_nothing_of_a_page_is_out_of_reach(open_page: Callable[..., OpenPage], page: str) -> None:
    found = {}
    for address in PAGES[page]:
        opened = open_page(address)
        opened.page.locator("h1").wait_for()
        if address in DONE:
            DONE[address](opened.page)
        for look in LOOKS:
            opened.show_as(*look)
            found[(address, *look)] = axe.violations(opened.page)
        opened.page.close()
    assert {key: lines for key, lines in found.items() if lines} == {}

"""What axe-core finds in the pages, light, dark and on a phone: nothing of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.helpers import axe
from tests.helpers.browser import ColourScheme, OpenPage

pytestmark = pytest.mark.skipif(axe.reason_to_skip() is not None, reason=axe.reason_to_skip() or "")

# What is checked of each page: addresses. A page that is mended adds its own.
PAGES = {
    "Home": ["/"],
    "Explore": ["/Explore", "/Explore?views=mfcc,silence,8-khz,fft,surface&other=happy"],
    "Models": [
        "/Models",
        "/Models?section=structure",
        "/Models?section=results",
        "/Models?section=results&panel=roc",
        "/Models?section=own",
        "/Models?section=why",
        "/Models?section=map",
        "/Models?section=data",
        "/Models?section=card",
    ],
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("colour_scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)]
)
def test_nothing_of_a_page_is_out_of_reach(
    open_page: Callable[..., OpenPage], page: str, colour_scheme: ColourScheme, width: int
) -> None:
    found = {}
    for address in PAGES[page]:
        opened = open_page(address, colour_scheme=colour_scheme, width=width)
        opened.page.locator("h1").wait_for()
        opened.wait_until_idle()
        found[address] = axe.violations(opened.page)
    assert found == {address: [] for address in PAGES[page]}

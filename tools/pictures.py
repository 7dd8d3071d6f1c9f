"""Take the pictures of the app that the README shows.

    python -m tools.pictures

The app is started, and used in Chromium as a visitor would.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kws_core.shipped import ASSETS
from tests.helpers.browser import PageOpener, run_server

if TYPE_CHECKING:
    from playwright.sync_api import Page

_APP: Final = Path(__file__).resolve().parents[1] / "streamlit_app.py"
_WIDTH: Final = 1280
_CALM_MS: Final = 3000  # until charts have been drawn
_LISTENED_MS: Final = 12_000  # of the sample on Live: words all over the strip


def several_words(page: Page) -> None:
    """Recognise: choose the recording with several words."""
    page.get_by_role("radio", name="several words").click()
    page.locator("button", has=page.locator(".span")).first.wait_for()
    page.mouse.move(0, 0)


def play_a_sample(page: Page) -> None:
    """Live: play the sample until the strip is full."""
    page.get_by_role("button", name="Play the sample").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.mouse.move(0, 0)
    page.wait_for_timeout(_LISTENED_MS)


def nothing(page: Page) -> None:
    """Leave a page as it is opened."""


# By file: the page, the height of the window in pixels, and what is done first.
PICTURES: Final[dict[str, tuple[str, int, Callable[[Page], None]]]] = {
    "screenshot.png": ("/Recognise", 1000, several_words),
    "explore.png": ("/Explore", 1330, nothing),
    "live.png": ("/Live", 1000, play_a_sample),
}


def main() -> None:
    """Take all pictures."""
    from playwright.sync_api import sync_playwright

    with (
        tempfile.TemporaryDirectory() as folder,
        run_server(_APP, Path(folder) / "streamlit.log") as server,
        sync_playwright() as playwright,
    ):
        opener = PageOpener(playwright, server, Path(folder))
        for name, (address, height, use) in PICTURES.items():
            page = opener.open(address).page
            page.set_viewport_size({"width": _WIDTH, "height": height})
            page.wait_for_timeout(_CALM_MS)
            use(page)
            page.wait_for_timeout(0 if use is play_a_sample else _CALM_MS)
            page.screenshot(path=ASSETS / name)
            print(ASSETS / name, flush=True)
        opener.close_pages()


if __name__ == "__main__":
    main()

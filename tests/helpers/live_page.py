"""The Live page in a browser: its microphone and its log."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from tests.helpers.browser import WAIT_MS

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page


def microphone(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def start(page: Page) -> None:
    microphone(page).get_by_role("button", name="Start").click()


def play_the_sample(page: Page) -> None:
    """Press until it plays.

    Streamlit drops a press that comes in the moment in which a component reports something.
    """
    play = page.get_by_role("button", name="Play the sample")
    stop = page.get_by_role("button", name="Stop the sample")
    deadline = time.monotonic() + WAIT_MS / 1000
    pressed = -math.inf
    while not stop.is_visible():
        assert time.monotonic() < deadline, "the sample does not play"
        if time.monotonic() > pressed + 15 and play.is_visible():
            play.click()
            pressed = time.monotonic()
        page.wait_for_timeout(100)


def logged(page: Page) -> list[str]:
    """Return the words of the log, oldest first."""
    rows = page.locator("table", has=page.get_by_text("Latency", exact=True)).locator("tbody tr")
    # Not what marks missing sound or another model.
    words = rows.locator("td:nth-child(2):not(:has(em))").all_inner_texts()
    # Streamlit fills the cells of a new row a moment after the row itself is there.
    return [word.strip() for word in words if word.strip()][::-1]

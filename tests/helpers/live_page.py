"""The Live page in a browser: its microphone and its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Page


def microphone(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def start(page: Page) -> None:
    microphone(page).get_by_role("button", name="Start").click()


def logged(page: Page) -> list[str]:
    """Return the words of the log, oldest first."""
    rows = page.locator("table", has=page.get_by_text("Latency", exact=True)).locator("tbody tr")
    # Not what marks missing sound or another model.
    words = rows.locator("td:nth-child(2):not(:has(em))").all_inner_texts()
    # Streamlit fills the cells of a new row a moment after the row itself is there.
    return [word.strip() for word in words if word.strip()][::-1]

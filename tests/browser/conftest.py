"""The app in a real browser; without one, these tests are skipped and say why."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.helpers.app import ENTRY
from tests.helpers.browser import AppServer, OpenPage, PageOpener, reason_to_skip, run_server

# Until when tests may begin here, in seconds since 1970: a slow machine has to end in time as well.
UNTIL_VARIABLE = "KWS_BROWSER_TESTS_UNTIL"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what would begin too late, before anything is made ready for it."""
    until = os.environ.get(UNTIL_VARIABLE)
    if until is not None and time.time() > float(until):
        pytest.skip("the time for browser tests is over; without a limit: make test")


@pytest.fixture(scope="session")
def app_script() -> Path:
    """Return the Streamlit script that the browser tests run."""
    return ENTRY


@pytest.fixture(scope="session")
def app_server(app_script: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """Serve the app for all browser tests together."""
    with run_server(app_script, tmp_path_factory.mktemp("server") / "streamlit.log") as server:
        yield server


@pytest.fixture(scope="module")
def page_opener(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[PageOpener]:
    """Keep Playwright and the shared browser for a file.

    No longer, since Playwright keeps an event loop running in the main thread, which would be in
    the way of tests that need their own.
    """
    reason = reason_to_skip()
    if reason is not None:
        pytest.skip(reason)
    # Only now: without a browser there is no use in starting the server.
    server: AppServer = request.getfixturevalue("app_server")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield PageOpener(playwright, server, tmp_path_factory.mktemp("browser"))


@pytest.fixture
def open_page(page_opener: PageOpener) -> Iterator[Callable[..., OpenPage]]:
    """Return a function that opens a page in Chromium; see ``PageOpener.open``.

    After a test, the pages that it opened have left the app.
    """
    yield page_opener.open
    page_opener.close_pages()

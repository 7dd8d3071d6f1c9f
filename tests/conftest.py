"""Fixtures for all tests: the app under AppTest, and in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import hypothesis
import pytest

from tests.browser import AppServer, OpenPage, PageOpener, reason_to_skip, run_server

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent
ENTRY = ROOT / "streamlit_app.py"
APP_TIMEOUT_S = 60  # the first page to run imports torch


# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any-machine")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark browser tests, each test that uses a browser fixture, and put them in their place.

    In one process they come last, because the quick tests should fail first. In several they come
    first: they wait more than they compute, and should not wait alone at the end.
    """
    fixtures = {"open_page", "app_server"}
    for item in items:
        if fixtures & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.browser)
    last = not hasattr(config, "workerinput")  # which only pytest-xdist's processes have
    items.sort(key=lambda item: (item.get_closest_marker("browser") is not None) is last)


@pytest.fixture
def app() -> Iterator[Callable[..., AppTest]]:
    """Return a function that runs a page of the app, without a browser, and returns its AppTest.

    ``app()`` runs the home page, ``app("pages/1_Recognise.py")`` goes on from there to a page, and
    ``app(page, before=function)`` calls ``function(app_test)`` before anything runs, for instance
    to set ``session_state`` or ``query_params``.
    """
    import streamlit_webrtc.session_info as session_info
    from streamlit.components.v2 import manifest_scanner
    from streamlit.testing.v1 import AppTest

    def start(
        page: str | None = None, *, before: Callable[[AppTest], object] | None = None
    ) -> AppTest:
        app_test = AppTest.from_file(str(ENTRY), default_timeout=APP_TIMEOUT_S)
        if before is not None:
            before(app_test)
        app_test.run()
        if page is not None:
            # Started from the page's own file, its links to the other pages would fail.
            app_test.switch_page(page).run()
        return app_test

    # AppTest has no real server, which streamlit-webrtc's session handling stumbles over, and
    # looks for components in every installed package anew for each test.
    no_session = session_info.NoSessionError()
    with (
        patch.object(session_info, "get_session_id", side_effect=no_session),
        patch.object(manifest_scanner, "scan_component_manifests", list),
    ):
        yield start


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Keep torch on one core: quicker for small networks, and sums keep their order."""
    import torch

    n_threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(n_threads)


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
def page_opener(request: pytest.FixtureRequest) -> Iterator[PageOpener]:
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
        yield PageOpener(playwright, server)


@pytest.fixture
def open_page(page_opener: PageOpener) -> Iterator[Callable[..., OpenPage]]:
    """Return a function that opens a page in Chromium; see ``PageOpener.open``.

    All pages that a test opened are closed after it.
    """
    yield page_opener.open
    page_opener.close_pages()


@pytest.fixture
def fresh_server(app_script: Path, tmp_path: Path) -> Iterator[AppServer]:
    """Serve the app anew, for what only the first visitor of a server sees."""
    with run_server(app_script, tmp_path / "streamlit.log") as server:
        yield server

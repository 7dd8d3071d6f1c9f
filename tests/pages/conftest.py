"""The app under AppTest, without a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from streamlit.testing.v1 import AppTest

from kws_core.audio.read import read_audio
from kws_core.live.programmes import in_a_row
from kws_core.samples import get_sample
from tests.helpers.app import APP_TIMEOUT_S, ENTRY, calm


@pytest.fixture
def app() -> Iterator[Callable[..., AppTest]]:
    """Return a function that runs a page of the app, without a browser, and returns its AppTest.

    ``app()`` runs the home page, ``app("pages/1_Recognise.py")`` goes on from there to a page, and
    ``app(page, before=function)`` calls ``function(app_test)`` before anything runs, for instance
    to set ``session_state`` or ``query_params``.
    """
    import streamlit_webrtc.session_info as session_info
    from streamlit.components.v2 import manifest_scanner

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


@pytest.fixture
def live(app: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch) -> Callable[[], AppTest]:
    """Return a function that opens Live, with "marvin" as its sample and nothing measured."""
    from kws_core.ui.live import settings, state

    sound = in_a_row([read_audio(get_sample("marvin").path).samples])
    monkeypatch.setattr(state, "programme_sound", lambda _: sound)
    state.preview.clear()
    monkeypatch.setattr(settings, "measured", lambda _: None)
    return lambda: calm(app("pages/4_Live.py"))


@pytest.fixture
def open_at(app: Callable[..., AppTest]) -> Callable[..., AppTest]:
    """Return a function that opens a page at an address, without the home page first.

    ``open_at(page, name=value)`` has ``name=value`` in the address; ``before`` is as in ``app``.
    """

    def start(
        page: str, before: Callable[[AppTest], object] | None = None, **query: str | list[str]
    ) -> AppTest:
        def prepare(opened: AppTest) -> None:
            opened.switch_page(page)
            for name, value in query.items():
                opened.query_params[name] = value
            if before is not None:
                before(opened)

        opened = app(before=prepare)
        assert not opened.exception
        return opened

    return start

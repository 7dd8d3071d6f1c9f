"""The app as Streamlit's server finds it: the pages' script, the routes, and the loaded model."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import config
from streamlit.web.server.app_discovery import discover_asgi_app

from kws_core.errors import DamagedModelError
from kws_core.server import Line
from kws_core.ui.shared import resources, server
from tests.helpers.app import ENTRY
from tests.helpers.waiting import wait_until

PATIENCE_S = 60.0


def answer_of(client: TestClient, done: str) -> dict[str, object]:
    wait_until(lambda: client.get("/kws/ready").json()[done], 0.05)
    found: dict[str, object] = client.get("/kws/ready").json()
    return found


def test_streamlit_finds_the_app_in_the_script_of_the_home_page() -> None:
    assert discover_asgi_app(Path(ENTRY)).import_string == "streamlit_app:app"


def test_the_server_loads_the_usual_model_when_it_starts() -> None:
    with TestClient(Starlette(routes=server.app_routes(), lifespan=server.lifespan)) as client:
        answer = answer_of(client, "ready")
    assert answer["model"] == resources.cascade().card.name


def test_a_model_that_cannot_be_loaded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> None:
        raise DamagedModelError("The weights are missing.")

    monkeypatch.setattr(resources, "cascade", damaged)
    monkeypatch.setattr(server, "_ready", server.Readiness())
    with TestClient(Starlette(routes=server.app_routes(), lifespan=server.lifespan)) as client:
        assert answer_of(client, "failure")["failure"] == "The weights are missing."
        assert client.get("/kws/ready").status_code == 503


@pytest.mark.parametrize(("setting", "status"), [("", 404), ("0", 404), ("1", 200)])
def test_metrics_are_served_where_the_operator_says_so(
    monkeypatch: pytest.MonkeyPatch, setting: str, status: int
) -> None:
    monkeypatch.setenv(server.METRICS, setting)
    assert (
        TestClient(Starlette(routes=server.app_routes())).get("/kws/metrics").status_code == status
    )


def test_pages_of_other_origins_may_send_sound_only_where_the_settings_name_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = config.get_option
    names = {"server.corsAllowedOrigins": ["https://school.example"]}
    monkeypatch.setattr(config, "get_option", lambda key: names.get(key, real(key)))
    board = server.switchboard()

    class Ear:
        newest_word = None

        def call_on_word(self, call: object) -> None: ...

        def begin_stream(self) -> None: ...

        def put(self, samples: object, sample_rate: int, recorded: float) -> None: ...

    line = Line(Ear(), "https://words.example/Live")
    assert board.line_of(board.token_for(line), "https://school.example", None) is line
    assert board.line_of(board.token_for(line), "https://evil.example", None) is None

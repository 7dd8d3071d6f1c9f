"""The HTML that a browser gets first: Streamlit's own, with our styles and scripts that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.testclient import TestClient

from kws_core.ui.shared.first_paint import page_routes
from kws_core.ui.shared.page import APP_NAME


@pytest.mark.parametrize("base", ["", "words"])
@pytest.mark.parametrize("page", ["", "Recognise", "Teach"])
def test_every_page_has_its_styles_before_its_script_has_run(base: str, page: str) -> None:
    client = TestClient(Starlette(routes=page_routes(base)))
    answer = client.get("/".join(filter(None, ["", base, page])) or "/")
    assert answer.status_code == 200
    head, _, body = answer.text.partition("</head>")
    assert f"<title>{APP_NAME}</title>" in head
    assert "stSidebar" in head.partition("<style>")[2]  # its place
    assert ".st-key-clip_picture" in head
    assert 'id="root"' in body


def test_streamlit_still_has_what_is_loaded_early() -> None:
    static = Path(streamlit.__file__).parent / "static"
    early = re.findall('modulepreload" href="([^"]+)"', TestClient(
        Starlette(routes=page_routes())
    ).get("/").text)  # fmt: skip
    assert all((static / address).is_file() for address in early)
    for kind in ("Html", "PageLink", "Button", "ButtonGroup", "BidiComponent"):
        assert any(f"/{kind}." in address for address in early)


def test_other_addresses_are_left_to_streamlit() -> None:
    client = TestClient(Starlette(routes=page_routes()))
    assert client.get("/static/js/index.js").status_code == 404
    assert client.get("/Recognise/_stcore/health").status_code == 404

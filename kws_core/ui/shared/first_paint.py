"""The HTML that a browser gets first, with our styles in it: later ones would move what is there.

Streamlit sends styles as a part of a page, after the page's first parts have been drawn. Our routes
serve its `index.html` with the styles, the app's name and the scripts that every page needs.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from kws_core.ui.shared.page import APP_NAME, PAGES

_HERE = Path(__file__).parent
_STATIC = Path(streamlit.__file__).parent / "static"
_STYLES: Final = ("page.css", "first_paint.css")
# Loaded by Streamlit when the first element of a kind comes; every page of ours has them.
_SCRIPTS: Final = ("Html", "PageLink", "Button", "ButtonGroup", "BidiComponent")


def first_html() -> str:
    """Return Streamlit's first HTML with our styles, the app's name, and scripts to load early."""
    styles = "".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES)
    scripts = [path.name for name in _SCRIPTS for path in _STATIC.glob(f"static/js/{name}.*.js")]
    early = "".join(f'<link rel="modulepreload" href="./static/js/{name}">' for name in scripts)
    index = (_STATIC / "index.html").read_text(encoding="utf-8")
    named = index.replace("<title>Streamlit</title>", f"<title>{html.escape(APP_NAME)}</title>")
    return named.replace("</head>", f"{early}<style>{styles}</style></head>", 1)


def page_routes(base: str = "") -> Sequence[Route]:
    """Return a route for each page of the app; base: path that the app is served below."""
    content = first_html()

    async def answer(_: Request) -> HTMLResponse:
        return HTMLResponse(content, headers={"Cache-Control": "no-cache"})

    under = f"/{base.strip('/')}".rstrip("/")
    addresses = ["/"] + [f"/{page.label}" for page in PAGES[1:]]
    return [Route(under + address, answer, methods=["GET"]) for address in addresses]

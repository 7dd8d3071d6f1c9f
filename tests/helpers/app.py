"""The app for the tests, and what a page of it under AppTest says."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
ENTRY = ROOT / "streamlit_app.py"
APP_TIMEOUT_S = 60  # the first page to run imports torch


def calm(page: AppTest) -> AppTest:
    """Return a page after a look that it shows no error."""
    assert not page.exception
    assert not page.error
    return page


def said(page: AppTest) -> str:
    """Return the text of a page, with its Markdown's escapes undone."""
    kinds = page.markdown, page.caption, page.warning, page.info, page.success
    text = "\n".join(str(element.value) for kind in kinds for element in kind)
    return re.sub(r"\\([^\w\s])", r"\1", text).replace("\N{NO-BREAK SPACE}", " ")


def alts(page: AppTest) -> list[str]:
    """Return what is said of each chart to those who do not see it."""
    return [chart.proto.alt for chart in page.get("plotly_chart")]


def say_calm(page: AppTest) -> None:
    """Say of Live, which was asked for another page, that none of its timers runs any more."""
    departure = page.session_state["live_leaving"]
    page.session_state["live_leaving"] = replace(departure, is_calm=True)

"""What benchmarks share: their command line, the machine, the app's server, and a Chromium."""

from __future__ import annotations

import argparse
import contextlib
import datetime
import os
import platform
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from kws_core.evaluation.machine import processor
from tests.helpers.browser import WAIT_MS, AppServer, launch, run_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

APP = Path(__file__).resolve().parents[1] / "streamlit_app.py"
NAMES = ("Recognise", "Explore", "Augment", "Live", "Models", "Teach")
PAGES = {"Home": "/"} | {name: f"/{name}" for name in NAMES}


def command_line(name: str, about: str | None) -> argparse.ArgumentParser:
    """Return the parser of a benchmark, which shows what the module says about itself."""
    form = argparse.RawDescriptionHelpFormatter
    return argparse.ArgumentParser(
        f"python -m bench.{name}", description=about, formatter_class=form
    )


@contextlib.contextmanager
def served() -> Iterator[AppServer]:
    """Serve the app on a free port until the block ends."""
    with (
        tempfile.TemporaryDirectory() as folder,
        run_server(APP, Path(folder) / "streamlit.log") as server,
    ):
        yield server


@contextlib.contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """Run a Chromium, with more arguments than those of the tests, until the block ends."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = launch(playwright, *arguments)
        yield browser
        browser.close()


def visit(browser: Browser, url: str) -> Page:
    """Open a page in a window of its own, and wait until it is drawn."""
    page = browser.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(url)
    settle(page)
    return page


def settle(page: Page) -> None:
    """Wait until the script of the page has run."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')


def machine() -> dict[str, str]:
    """Describe the class of machine, without its name."""
    described = {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "software": f"Python {platform.python_version()}, torch {torch.__version__}",
    }
    if hasattr(os, "getloadavg"):
        described["load before"] = f"{os.getloadavg()[0]:.1f}"
    return described


def in_words(about: dict[str, str]) -> str:
    """Return the description of a machine on one line."""
    return ", ".join(f"{name}: {value}" for name, value in about.items())

"""`make browser`, which finds the tests a Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.browser import find_chromium

_SCRIPT = Path(__file__).parents[1] / "helpers" / "setup_browser.sh"


@pytest.mark.skipif(
    "CHROMIUM" in os.environ or find_chromium() is None, reason="no Chromium that setup could find"
)
def test_the_setup_finds_the_chromium_that_the_tests_use() -> None:
    environment = {**os.environ, "AXE": __file__}  # nothing is to be fetched
    environment.pop("PYTHONPATH", None)
    said = subprocess.run(
        ["bash", str(_SCRIPT), sys.executable],
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
    )
    assert said.stdout.strip() == f"browser tests: using {find_chromium()}"
    assert not said.stderr

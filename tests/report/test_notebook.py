"""The notebook's figures, and what its network reaches without the leak."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kws_core.report import notebook
from kws_core.report.comparison import own_row
from tests.helpers.report_results import made_figures


def test_the_notebooks_log_disproves_its_readme() -> None:
    assert notebook.LOGGED.value == pytest.approx(0.7667, abs=1e-4)
    assert notebook.LOGGED.high < notebook.CLAIMED
    # All of Speech Commands v0.02: training, validation and test clips together.
    assert notebook.TRAINED_ON == notebook.TRAINING_CLIPS + 9_981 + notebook.TESTED


def test_the_story_ends_with_what_the_network_honestly_reaches() -> None:
    row = own_row(made_figures(notebook.MODEL), "35")
    assert row is not None
    story = notebook.notebook_story([replace(row, accuracy=0.8125)])
    for part in ("79%", "8,438 of 11,005", "76.7%", "105,829", "84,843", "**81.2%**"):
        assert part in story
    assert "has not been measured yet" in notebook.notebook_story(notebook.ROWS)

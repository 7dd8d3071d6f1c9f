"""The figures of taught words on disk."""

from pathlib import Path

import pytest

from kws_core.errors import DataError
from kws_core.results.store import RESULTS_FOLDER, available_results
from kws_core.results.teaching_store import (
    has_teaching_figures,
    load_teaching_figures,
    save_teaching_figures,
)
from tests.helpers.report_results import made_teaching


def test_figures_come_back_and_are_no_evaluation_of_clips(tmp_path: Path) -> None:
    assert not has_teaching_figures(tmp_path / "none")
    save_teaching_figures(tmp_path / "new", made_teaching())
    assert has_teaching_figures(tmp_path / "new")
    again = load_teaching_figures(tmp_path / "new")
    assert again["figures"] == made_teaching()["figures"]
    assert available_results(tmp_path / "new") == []


def test_the_shipped_figures_can_be_read() -> None:
    shipped = load_teaching_figures(RESULTS_FOLDER)
    assert {row["people"] for row in shipped["figures"]} == {1, 5}


@pytest.mark.parametrize("content", ["{", "[]", '{"format": 9}'])
def test_figures_that_are_damaged_or_newer_are_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "teaching.json").write_text(content)
    with pytest.raises(DataError, match="again with evaluate-teaching"):
        load_teaching_figures(tmp_path)

"""The table of results says what the stored figures say, and no more."""

from pathlib import Path

import pytest

from kws_core.cli.main import main
from kws_core.results.store import RESULTS_FORMAT, as_json
from kws_core.results.table import ROWS, results_table

SHARE = {"value": 0.925, "low": 0.9, "high": 0.9449, "n": 1234}
FIGURES = {
    "format": RESULTS_FORMAT,
    "accuracy": SHARE,
    "mean_over_words": 0.9071,
    "pictures": None,
    "conditions": {"noise": [{"noise": "babble", "snr_db": 10, "value": 0.5}]},
    "false_words": {
        "found": SHARE,
        "per_hour": {"noise": {"per_hour": 11.6}},
        "at_95_percent_found": {"threshold": 0.3, "other_speech": 19.7},
    },
}


def write(folder: Path, model: str, split: str, **others: object) -> None:
    (folder / f"{model}-{split}.json").write_text(as_json(FIGURES | others))


def rows(table: str) -> dict[str, list[str]]:
    cells = [line.strip("| ").split(" | ") for line in table.splitlines()]
    return {name: entries for name, *entries in cells}


def test_every_model_of_the_split_has_a_column(tmp_path: Path) -> None:
    write(tmp_path, "a-net", "val")
    write(tmp_path, "b-net", "val", mean_over_words=0.5)
    write(tmp_path, "c-net", "test_a")
    table = results_table("val", tmp_path)
    assert table.splitlines()[0] == "|  | a-net | b-net |"
    assert len(table.splitlines()) == 2 + len(ROWS)
    found = rows(table)
    assert found["right"] == ["92.5 % (90.0 to 94.5 %)"] * 2
    assert found["clips"] == ["1234"] * 2
    assert found["mean over words"] == ["90.7 %", "50.0 %"]
    assert found["babble, 10 dB"] == ["50.0 %"] * 2
    assert found["false words an hour, noise"] == ["12"] * 2
    assert found["the same with 95 % of words found"] == ["20 (threshold 0.3)"] * 2


def test_what_was_not_measured_is_a_dash(tmp_path: Path) -> None:
    write(tmp_path, "a-net", "val")
    found = rows(results_table("val", tmp_path))
    for name in ("pictures", "kitchen sink, 10 dB", "weights", "false words an hour, other speech"):
        assert found[name] == ["–"]


def test_the_command_prints_every_split(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    write(tmp_path, "a-net", "test_a")
    assert main(["results", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"test_a\n\n{results_table('test_a', tmp_path)}\n\n"


def test_without_results_the_command_says_so(tmp_path: Path, capsys) -> None:
    assert main(["results", "--folder", str(tmp_path)]) == 1
    assert "There are no results" in capsys.readouterr().err

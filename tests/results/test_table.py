"""The document of results says what the stored figures say, and the one in docs is current."""

from pathlib import Path

import pytest

from kws_core.cli.evaluate import RESULTS_PAGE
from kws_core.cli.main import main
from kws_core.results.store import RESULTS_FORMAT, as_json
from kws_core.results.table import results_markdown
from tests.helpers.app import ROOT
from tests.helpers.report_results import made_stream

SHARE = {"value": 0.925, "low": 0.9, "high": 0.9449, "n": 1234}
FIGURES = {
    "format": RESULTS_FORMAT,
    "accuracy": SHARE,
    "mean_over_words": 0.9071,
    "pictures": None,
    "conditions": {
        "clean": SHARE,
        "noise": [{"noise": "babble", "snr_db": 10, "value": 0.5}],
        "shift": [{"seconds": -0.2, "value": 0.4}],
    },
    "false_words": {
        "found": SHARE,
        "per_hour": {"noise": {"per_hour": 11.6}},
        "at_95_percent_found": {"threshold": 0.3, "fluent_english": 19.7},
    },
}


def write(folder: Path, model: str, split: str, **others: object) -> None:
    (folder / f"{model}-{split}.json").write_text(as_json(FIGURES | others))


def tables(folder: Path) -> dict[str, dict[str, list[str]]]:
    """Return by heading the cells of the table below it, by the name of the row."""
    found: dict[str, dict[str, list[str]]] = {}
    for line in results_markdown(folder).splitlines():
        if line.startswith("#"):
            rows = found.setdefault(line.strip("# "), {})
        elif line.startswith("|"):
            name, *entries = line.strip("|").split("|")
            rows[name.strip()] = [entry.strip() for entry in entries]
    return found


def test_every_model_of_a_split_has_a_column_in_its_tables(tmp_path: Path) -> None:
    write(tmp_path, "a-net", "val")
    write(tmp_path, "b-net", "val", mean_over_words=0.5, conditions=None)
    write(tmp_path, "c-net", "test_a")
    found = tables(tmp_path)
    assert found["Test speakers"][""] == ["c-net"]
    summary = found["Validation speakers"]
    assert summary[""] == ["a-net", "b-net"]
    assert summary["accuracy"] == ["92.5% (90.0 to 94.5%)"] * 2
    assert summary["clips"] == ["1,234"] * 2
    assert summary["mean over words"] == ["90.7%", "50.0%"]
    assert summary["the same with 95% of words found"] == ["20 (threshold 0.3)"] * 2
    assert summary["pictures"] == summary["weights"] == ["–"] * 2
    conditions = found["Accuracy by condition, validation speakers"]
    assert conditions["undisturbed"] == ["92.5%", "–"]
    assert conditions["babble, 10 dB"] == ["50.0%", "–"]
    assert conditions["shift, -0.2 s"] == ["40.0%", "–"]


def test_the_live_detector_has_its_operating_points(tmp_path: Path) -> None:
    stream = made_stream("a-net")
    rate = {"per_hour": 7.25, "low": 1.0, "high": 20.0}
    stream["operating_points"][0]["by_content"] = {"other_speech": rate}
    stream["operating_points"][0]["fluent"] = {"false_alarms": rate}
    stream["operating_points"][0]["by_snr"] = [
        {
            "snr_db": snr_db,
            "missed": stream["operating_points"][0]["missed"],
            "fluent": {"false_alarms": rate},
        }
        for snr_db in (None, 10)
    ]
    (tmp_path / "a-net-stream-val.json").write_text(as_json(stream))
    rows = tables(tmp_path)["Live detector, validation speakers"]
    assert rows["as set: missed"] == ["40.0% (30.9 to 49.8%)"]
    assert rows["as set: false alarms per hour of fluent English"] == ["7.2 (1.0 to 20.0)"]
    assert rows["as set: missed at 10 dB"] == rows["as set: missed"]
    in_noise = "as set: false alarms per hour of fluent English at 10 dB"
    assert rows[in_noise] == ["7.2 (1.0 to 20.0)"]
    assert rows["as set: false alarms per hour of clips"] == ["2.0 (1.0 to 4.0)"]
    assert rows["as set: false alarms per hour of clips: other speech"] == ["7.2 (1.0 to 20.0)"]


def test_the_command_prints_the_document_or_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, "a-net", "test_a")
    assert main(["results", "--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == results_markdown(tmp_path)
    page = tmp_path / "docs" / "results.md"
    assert main(["results", "--folder", str(tmp_path), "--markdown", str(page)]) == 0
    assert page.read_text(encoding="utf-8") == results_markdown(tmp_path)


def test_without_results_the_command_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["results", "--folder", str(tmp_path)]) == 1
    assert "There are no results" in capsys.readouterr().err


def test_the_page_of_results_is_current() -> None:
    written = (ROOT / RESULTS_PAGE).read_text(encoding="utf-8")
    assert written == results_markdown(), "run: python -m kws_core results --markdown"

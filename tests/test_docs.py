"""README and docs: short enough, and true as far as a test can tell."""

import argparse
import contextlib
import io
import re
import textwrap
from pathlib import Path

import pytest

from kws_core.audio.formats import FORMATS
from kws_core.cli import main as cli
from tests.helpers.app import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def section(title: str) -> str:
    return README.split(f"## {title}\n")[1].split("\n## ")[0]


def test_the_readme_is_read_in_three_minutes() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_files_that_the_architecture_names_are_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(\w+/[\w/]*(?:\.\w+)?)`", text)) - {"kws_core/assets"}  # in wheels
    places = (ROOT, ROOT / "kws_core", ROOT / "kws_core/training")
    assert [name for name in named if not any((at / name).exists() for at in places)] == []


def test_the_formats_are_those_that_are_decoded() -> None:
    listed = "Formats: " + ", ".join(known.name for known in FORMATS) + "."
    assert textwrap.fill(listed, 100, break_on_hyphens=False) in README, "write the line anew"


def test_the_table_is_that_of_the_results() -> None:
    results = (ROOT / "docs/results.md").read_text(encoding="utf-8")
    validation = results.split("## Validation speakers\n")[1].split("\n### ")[0].splitlines()
    rows = [line for line in section("How good it is").splitlines() if line.startswith("|")]
    assert len(rows) == 7
    assert [row for row in rows if row not in validation] == [], "copy these from docs/results.md"


def test_the_example_of_the_library_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", section("As a library"), re.DOTALL)
    monkeypatch.chdir(ROOT)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(code, {})
    assert said.getvalue().startswith("yes\n")


def test_every_command_is_listed_and_no_other() -> None:
    parser = cli._parser()
    (commands,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    first_cells = re.findall(r"^\| (`.*?) \|", section("On the command line"), re.MULTILINE)
    listed = {name for cell in first_cells for name in re.findall(r"`([\w-]+)", cell)}
    assert listed == set(commands.choices)

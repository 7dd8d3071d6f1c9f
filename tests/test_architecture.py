"""Rules about the project as a whole that no linter knows; imports are import-linter's."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.app import ROOT

SKIPPED_FOLDERS = {".git", ".venv", "__pycache__", "SpeechCommands", "node_modules"}
# A data table this large is no text that someone wrote.
MAX_TEXT_BYTES = 2_000_000

# Put together from pieces, so that this file keeps the rule as well.
REGISTRY_HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("download", "pytorch", "org"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("registry", "npmjs", "org"),
        ("conda", "anaconda", "org"),
    )
]
FORBIDDEN = re.compile(
    "|".join(
        [re.escape(host) for host in REGISTRY_HOSTS]
        + [r"(?<![\w.-])/(home|Users)/(?!app\b|me\b|you\b)\w+/"]
    )
)


def project_files() -> list[Path]:
    """Return all files of the project: git's list, or all there are outside a repository."""
    if shutil.which("git") and (ROOT / ".git").exists():
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        if listing.returncode == 0:
            return [ROOT / name for name in listing.stdout.split("\0") if name]
    return [
        path for path in ROOT.rglob("*") if not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts)
    ]


def text_of(path: Path) -> str | None:
    """Return the text of a file, or None where it is no text, too large or gone."""
    if not path.is_file() or path.stat().st_size > MAX_TEXT_BYTES:
        return None
    content = path.read_bytes()
    if b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


@pytest.mark.slow
def test_importing_the_library_stays_light() -> None:
    heavy = ("streamlit", "librosa", "torchaudio")
    code = f"import sys, kws_core; print(*[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_no_file_names_a_registry_host_or_a_home_folder() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in project_files()
        for number, line in enumerate((text_of(path) or "").splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


def test_the_rule_itself_catches_what_it_should() -> None:
    bad = ["https://" + REGISTRY_HOSTS[0] + "/simple", "see /" + "home/alice/kws"]
    good = ["pytorch.org", "/home" + "/app/.cache", "at home/alice/"]
    assert [text for text in (*bad, *good) if FORBIDDEN.search(text)] == bad

"""Rules about the project as a whole: who may import what, and what no file may name."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TORCHAUDIO_OWNER = Path("kws_core/features/torch_audio.py")
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
MACHINE_PATHS = [
    "/" + "/".join(parts)
    for parts in (("work",), ("opt", "wheels"), ("opt", "pypi"), ("tmp", "venv"))
]
FORBIDDEN = re.compile(
    "|".join(
        [re.escape(host) for host in REGISTRY_HOSTS]
        + [rf"(?<![\w./-]){re.escape(path)}(?![\w-])" for path in MACHINE_PATHS]
        + [r"(?<![\w.-])/(home|Users)/(?!app\b|me\b|you\b)\w+/"]
    )
)


def app_files() -> list[Path]:
    found = [*ROOT.glob("kws_core/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "streamlit_app.py"]
    return sorted(path.relative_to(ROOT) for path in found if path.is_file())


def imported_packages(path: Path) -> set[str]:
    """Return the top-level names of all packages that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


def may_import_streamlit(path: Path) -> bool:
    in_ui = path.parts[:2] == ("kws_core", "ui") or path == Path("kws_core/ui.py")
    return in_ui or path.parts[0] in ("pages", "streamlit_app.py")


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


@pytest.mark.parametrize("path", app_files(), ids=str)
def test_only_one_module_imports_torchaudio(path: Path) -> None:
    assert path == TORCHAUDIO_OWNER or "torchaudio" not in imported_packages(path)


@pytest.mark.parametrize("path", app_files(), ids=str)
def test_only_the_user_interface_imports_streamlit(path: Path) -> None:
    used = imported_packages(path) & {"streamlit", "streamlit_webrtc"}
    assert not used or may_import_streamlit(path)


def test_importing_the_library_stays_light() -> None:
    heavy = ("streamlit", "librosa", "torchaudio")
    code = f"import sys, kws_core; print(*[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_no_file_names_a_registry_host_or_a_path_of_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in project_files()
        for number, line in enumerate((text_of(path) or "").splitlines(), start=1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("https://" + REGISTRY_HOSTS[0] + "/simple", True),
        ("see " + MACHINE_PATHS[0] + "/main", True),
        ("cd " + MACHINE_PATHS[0], True),
        ("frame" + MACHINE_PATHS[0], False),
        (".github" + MACHINE_PATHS[0] + "flows", False),
        ("pytorch.org", False),
    ],
)
def test_the_rule_itself_catches_what_it_should(text: str, bad: bool) -> None:
    assert bool(FORBIDDEN.search(text)) is bad

"""The package as others install it: what it needs, what it brings, and that it works alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from kws_core.samples import get_sample
from tests.helpers.app import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Importable names of what only the extras install.
EXTRAS = ("streamlit", "streamlit_webrtc", "starlette", "prometheus_client", "plotly", "librosa")
EXTRAS += ("torchaudio", "sklearn", "pyarrow", "PIL", "tqdm", "onnx", "onnxruntime", "onnxscript")
EXTRAS += ("dask", "distributed", "fsspec")
WITHOUT_EXTRAS = f"""
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {EXTRAS!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""


def requirements(*lines: str) -> dict[str, Requirement]:
    return {found.name: found for found in map(Requirement, lines)}


def pinned(*files: str) -> dict[str, str]:
    """Return the one version of each package that files of requirements name."""
    lines = [line for name in files for line in (ROOT / name).read_text("utf-8").splitlines()]
    found = requirements(*(line for line in lines if line and not line.startswith(("#", "-"))))
    assert all(str(one.specifier).startswith("==") for one in found.values())
    return {name: str(one.specifier).removeprefix("==") for name, one in found.items()}


def test_requirements_txt_is_what_the_library_the_app_and_training_need() -> None:
    versions = pinned("requirements.txt")
    extras = PROJECT["optional-dependencies"]
    needed = requirements(*PROJECT["dependencies"], *extras["app"], *extras["train"])
    assert needed.keys() == versions.keys()
    assert [name for name, one in needed.items() if versions[name] not in one.specifier] == []


@pytest.mark.parametrize("extra", ["export", "archive"])
def test_the_versions_of_other_extras_are_among_those_tested(extra: str) -> None:
    versions = pinned("requirements.txt", "requirements-dev.txt")
    needed = requirements(*PROJECT["optional-dependencies"][extra])
    assert [name for name, one in needed.items() if versions[name] not in one.specifier] == []


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command away from the sources; returns what it printed."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, install it into a new environment, and return where its commands are.

    No network: the build takes the setuptools that is here, and the packages that the wheel needs
    are those of this environment, seen through a .pth file.
    """
    folder = tmp_path_factory.mktemp("packaging")
    sources = folder / "sources"
    sources.mkdir()
    for name in ("kws_core", "assets"):
        shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, sources)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    quiet = ("--no-deps", "--no-index", "--no-cache-dir", "--quiet")
    run(*pip, "wheel", *quiet, "--no-build-isolation", "-w", folder, sources, cwd=folder)
    shutil.rmtree(sources)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", symlinks=os.name != "nt")
    commands = Path(sysconfig.get_path("scripts", "venv", {"base": str(folder / "env")}))
    site = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder / "env")}))
    run(*pip, "--python", python_of(commands), "install", *quiet, wheel, cwd=folder)
    (site / "packages_of_the_tests.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return commands


def python_of(commands: Path) -> Path:
    return commands / ("python.exe" if os.name == "nt" else "python")


@pytest.mark.slow
def test_an_installed_library_recognises_a_sample_without_the_extras(
    installed: Path, tmp_path: Path
) -> None:
    code = f"""
{WITHOUT_EXTRAS}
import kws_core
from kws_core import KeywordDetector, Recognizer, read_audio
from kws_core.samples import get_sample

clip = read_audio(get_sample("yes").path)
recognizer = Recognizer.load()
print(kws_core.__file__)
print(recognizer.classify(clip.samples, clip.sample_rate).label)
long = read_audio(get_sample("several_words").path)
print(*(word.label for word in recognizer.find_words(long.samples, long.sample_rate)))
print(*(word.label for word in KeywordDetector(recognizer).push(long.samples, long.sample_rate)))
"""
    place, word, *several = run(python_of(installed), "-c", code, cwd=tmp_path).splitlines()
    assert Path(place).is_relative_to(installed.parent)
    assert word == "yes"
    words = " ".join(spoken.label for spoken in get_sample("several_words").words)
    assert several[0] == words
    assert several[1]


@pytest.mark.slow
def test_the_console_command_does_what_the_module_does(installed: Path, tmp_path: Path) -> None:
    sample = str(get_sample("yes").path)
    (line,) = run(installed / "kws", "predict", "--json", sample, cwd=tmp_path).splitlines()
    assert json.loads(line)["label"] == "yes"
    module = run(python_of(installed), "-m", "kws_core", "models", cwd=tmp_path)
    assert run(installed / "kws", "models", cwd=tmp_path) == module
    assert "ds-resnet (default)" in module
    assert "two-towers" in run(installed / "kws", "results", cwd=tmp_path)
    assert run(installed / "kws", "--help", cwd=tmp_path).startswith("usage: kws ")


@pytest.mark.slow
def test_the_wheel_has_every_file_of_the_package(installed: Path) -> None:
    (place,) = installed.parent.rglob("kws_core/shipped.py")
    here = {path.relative_to(ROOT / "kws_core") for path in (ROOT / "kws_core").rglob("*.*")}
    missing = [path for path in here if "__pycache__" not in path.parts]
    assert [path for path in missing if not (place.parent / path).exists()] == []

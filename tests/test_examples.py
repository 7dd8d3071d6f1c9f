"""The examples run as they are, and do what they say."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from kws_core import Recognizer
from kws_core.samples import get_sample
from tests.helpers.app import ROOT
from tests.helpers.audio_files import encode, tone

RATE = 16_000


def run(name: str, *arguments: str | Path) -> str:
    command = [sys.executable, "-m", f"examples.{name}", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_file_is_classified() -> None:
    assert run("classify_file").split()[0] == "yes"
    assert run("classify_file", get_sample("stop").path).split()[0] == "stop"


@pytest.mark.slow
def test_a_recording_is_listened_to() -> None:
    found = [line.split()[2] for line in run("listen_to_recording").splitlines()]
    assert found == [word.label for word in get_sample("several_words").words]


@pytest.mark.slow
def test_a_network_is_trained_on_a_folder_of_words(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for word, hertz in {"low": 300, "high": 2500}.items():
        (tmp_path / "words" / word).mkdir(parents=True)
        for i in range(10):
            sound = tone(hertz * rng.uniform(0.9, 1.1), 0.6, RATE)
            (tmp_path / "words" / word / f"{i}.wav").write_bytes(encode(sound, RATE))
    out = tmp_path / "out"
    said = run("train_words", tmp_path / "words", "--out", out, "--epochs", "4")
    assert "of 4 held-out clips are right" in said
    recognizer = Recognizer.load("my-words", out)
    assert recognizer.labels == ("high", "low")
    for word, hertz in {"low": 300, "high": 2500}.items():
        assert recognizer.classify(tone(hertz, 0.6, RATE), RATE).label == word


@pytest.mark.slow
def test_without_a_folder_samples_stand_in(tmp_path: Path) -> None:
    assert "A recording of 'yes'" in run("train_words", "--out", tmp_path, "--epochs", "1")

"""The command ``teach``, and what was taught in the others."""

import json
from pathlib import Path

import pytest
import soundfile

from kws_core.cli.main import main
from kws_core.spotting.recognizer import Recognizer
from tests.helpers.sounds import noise
from tests.helpers.taught_words import RATE, said, save_toy_model, takes_of, toy_bank


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    save_toy_model(folder, "ds-resnet")
    bank = toy_bank(Recognizer.load("ds-resnet", folder))
    monkeypatch.setattr("kws_core.teaching.taught.bank_of", lambda card: bank)
    return folder


def folder_of_words(folder: Path) -> Path:
    for word, hz in (("low", 350.0), ("high", 2000.0)):
        (folder / word).mkdir(parents=True)
        for i, take in enumerate(takes_of(hz, 3)):
            soundfile.write(folder / word / f"{i}.wav", take, RATE)
    return folder


def test_words_are_taught_saved_and_recognised(
    models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, saved = folder_of_words(tmp_path / "words"), tmp_path / "mine.kws"
    soundfile.write(words / "low" / "9.wav", noise(1.0, 0.001), RATE)
    where = ["--model-folder", str(models)]
    assert main(["teach", str(words), "--out", str(saved), *where]) == 0
    printed = capsys.readouterr().out
    assert "high: 3 takes, 3 of them found" in printed
    assert "9.wav: No sound" in printed
    clip = tmp_path / "clip.wav"
    soundfile.write(clip, said(2000.0, seed=8), RATE)
    assert main(["predict", str(clip), "--taught", str(saved), "--json", *where]) == 0
    assert json.loads(capsys.readouterr().out)["label"] == "high"
    for command in ("scan", "listen"):
        assert main([command, str(clip), "--taught", str(saved), *where]) == 0
        assert "high" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("files", "message"), [(None, "is no folder"), ([], "no recordings"), (["a.wav"], "a.wav")]
)
def test_a_folder_without_takes_is_refused(
    files: list[str] | None, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "words"
    if files is not None:
        (folder / "low").mkdir(parents=True)
        for name in files:
            (folder / "low" / name).write_bytes(b"no sound")
    assert main(["teach", str(folder), "--out", str(tmp_path / "mine.kws")]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "mine.kws").exists()

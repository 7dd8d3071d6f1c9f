"""The command ``teach``, and what was taught in the others."""

import json
from pathlib import Path

import pytest
import soundfile

from kws_core.cli.main import main
from kws_core.results.teaching_store import load_teaching_figures
from kws_core.spotting.recognizer import Recognizer
from tests.helpers.report_results import made_teaching
from tests.helpers.sounds import noise
from tests.helpers.taught_words import RATE, said, save_toy_model, takes_of, teach_on


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    save_toy_model(folder, "ds-resnet")
    teach_on(monkeypatch, Recognizer.load("ds-resnet", folder))
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


def test_measured_teaching_is_saved_and_printed(
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("pyarrow", reason="training data are Parquet files")
    from kws_core.evaluation.teaching_set import TeachingSettings

    asked = []

    def measured(recognizer: Recognizer, data: Path, settings: object) -> dict[str, object]:
        asked.append((recognizer.card.name, data, settings))
        return made_teaching()

    monkeypatch.setattr("kws_core.evaluation.evaluate_teaching.evaluate_teaching", measured)
    options = ["--data", "data", "--draws", "3", "--hours", "0.5", "--takes", "7"]
    folders = ["--model-folder", str(models), "--out", str(tmp_path / "out")]
    assert main(["evaluate-teaching", *options, *folders]) == 0
    assert asked == [("ds-resnet", Path("data"), TeachingSettings(3, 7, 0.5))]
    assert "5 takes by 5: others_found_at_1 50.0%" in capsys.readouterr().out
    saved = load_teaching_figures(tmp_path / "out")
    assert saved["figures"] == made_teaching()["figures"]

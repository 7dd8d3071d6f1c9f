"""Measuring a model, on tiny shards."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="training data are Parquet files")

from kws_core.cli import main
from kws_core.errors import DataError
from kws_core.labels import LABELS
from kws_core.models import ARCHITECTURES, ModelCard, build_model, count_parameters, save_model
from kws_core.training.evaluation import evaluate, mix
from tests import training_shards as shards


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shards.write_shards(tmp_path_factory.mktemp("data"))
    # Noise long enough to take pieces of for the words.
    rng = np.random.default_rng(0)
    tap = shards.flac(0.05 * rng.standard_normal(40 * shards.RATE))
    rows = [{"kind": "running_tap", "file": "", "audio": tap}]
    shards.write(folder, "background_noise.parquet", rows)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that hears "zero" in everything."""
    folder = tmp_path_factory.mktemp("models")
    network = build_model("ds-resnet", len(LABELS))
    network.classifier.weight.data.zero_()
    network.classifier.bias.data.zero_()
    network.classifier.bias.data[LABELS.index("zero")] = 10.0
    card = ModelCard("deaf", "ds-resnet", LABELS, {}, count_parameters(network))
    save_model(folder, card, network, ARCHITECTURES["ds-resnet"].make_front_end())
    return folder


def test_a_model_that_always_says_zero_gets_the_zeros_right(data: Path, models: Path) -> None:
    report = evaluate("deaf", data, "val", models)
    # Seven recordings, two of them zeros; five pictures, one of them a zero.
    assert (report["recordings"]["value"], report["recordings"]["n"]) == (2 / 7, 7)
    assert (report["pictures"]["value"], report["pictures"]["n"]) == (1 / 5, 5)
    assert report["accuracy"]["value"] == 3 / 12
    assert report["mean_over_words"] == 1 / 5
    recall = {word["label"]: word["recall"] for word in report["words"]}
    assert recall == {"yes": 0, "no": 0, "up": 0, "four": 0, "zero": 1}
    assert report["digits_of_other_speakers"]["value"] == 0.5
    assert report["sound_of_picture_words"]["n"] == 2  # yes and no of training speakers
    assert {row["noise"] for row in report["noise"]} == {"running_tap", "babble"}
    assert all(row["value"] == 2 / 7 for row in report["noise"])
    assert report["false_words"]["noise"]["words"] == 0
    assert report["false_words"]["noise"]["hours"] == pytest.approx(12 / 3600)
    json.dumps(report, allow_nan=False)


def test_test_speakers_are_measured_on_recordings_only(data: Path, models: Path) -> None:
    report = evaluate("deaf", data, "test_a", models)
    assert report["pictures"] is None
    assert report["accuracy"]["n"] == 7


def test_the_command_writes_all_figures_and_prints_the_first(
    data: Path, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", "deaf", "--model-folder", str(models), "--data", str(data)]
    assert main(["evaluate", *options, "--out", str(tmp_path)]) == 0
    assert "25.00% of 12 clips" in capsys.readouterr().out
    report = json.loads((tmp_path / "deaf-val.json").read_text())
    assert report["weights_sha256"] == json.loads((models / "deaf.json").read_text())["sha256"]


def test_missing_data_are_named(models: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"speech_commands_val\.parquet is missing"):
        evaluate("deaf", tmp_path, "val", models)


@pytest.mark.parametrize("snr_db", [20, 0, -5])
def test_noise_is_mixed_at_the_ratio_of_mean_powers(snr_db: float) -> None:
    rng = np.random.default_rng(0)
    clip = rng.normal(0, 0.1, 16000).astype(np.float32)
    noise = rng.normal(0, 0.7, 16000).astype(np.float32)
    added = mix(clip, noise, snr_db) - clip
    assert 10 * np.log10(np.mean(clip**2) / np.mean(added**2)) == pytest.approx(snr_db, abs=0.01)

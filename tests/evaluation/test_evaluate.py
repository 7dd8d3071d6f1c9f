"""Measuring a model, on tiny shards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from kws_core.cli.main import main
from kws_core.errors import DataError
from kws_core.evaluation import conditions, false_words
from kws_core.evaluation.evaluate import Evaluation, EvaluationSettings, evaluate
from kws_core.evaluation.material import spoken_words
from kws_core.labels import LABELS, WORDS
from kws_core.models import ARCHITECTURES, ModelCard, build_model, count_parameters, save_model
from kws_core.results.scores import figures_of
from kws_core.results.store import load_figures, load_map, load_scores
from kws_core.spotting.recognizer import Recognizer
from tests.helpers import training_shards as shards
from tests.helpers.audio_files import encode, tone

pytestmark = pytest.mark.slow

SETTINGS = EvaluationSettings(n_disturbed=4, n_map=10, n_runs=2)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shards.write_shards(tmp_path_factory.mktemp("data"))
    # Noise long enough to take pieces of for the words.
    rng = np.random.default_rng(0)
    rows = [
        {"kind": kind, "file": file, "audio": shards.flac(0.05 * rng.standard_normal(n))}
        for kind, file, n in (
            ("running_tap", "", 40 * shards.RATE),
            ("rain", shards.held_out_name("rain", True), 2 * shards.RATE),
        )
    ]
    shards.write(folder, "background_noise.parquet", rows)
    return folder


def save(folder: Path, name: str, architecture: str, labels: tuple[str, ...]) -> None:
    """Save a model that hears "zero" in nearly everything."""
    torch.manual_seed(0)
    network = build_model(architecture, len(labels))
    network.classifier.weight.data *= 0.01
    network.classifier.bias.data.zero_()
    network.classifier.bias.data[labels.index("zero")] = 10.0
    card = ModelCard(name, architecture, labels, {}, count_parameters(network))
    save_model(folder, card, network, ARCHITECTURES[architecture].make_front_end())


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    save(folder, "deaf", "ds-resnet", LABELS)
    save(folder, "deaf-m5", "m5", WORDS)
    return folder


@pytest.fixture(scope="module", autouse=True)
def fewer_conditions() -> Iterator[None]:
    """One condition of a kind: all of them are tested with the conditions themselves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conditions, "SNRS_DB", (10,))
        patch.setattr(conditions, "LOWER_RATES", (8000,))
        patch.setattr(conditions, "GAINS_DB", (-30,))
        patch.setattr(conditions, "SHIFTS_S", (0.2,))
        patch.setattr(false_words, "THRESHOLDS", (0.5, 0.9))
        yield


@pytest.fixture(scope="module")
def evaluation(data: Path, models: Path) -> Evaluation:
    return evaluate("deaf", data, "val", models, SETTINGS)


def test_a_model_that_always_says_zero_gets_the_zeros_right(evaluation: Evaluation) -> None:
    figures = evaluation.figures
    # Seven recordings, two of them zeros; five pictures, one of them a zero.
    assert (figures["recordings"]["value"], figures["recordings"]["n"]) == (2 / 7, 7)
    assert (figures["pictures"]["value"], figures["pictures"]["n"]) == (1 / 5, 5)
    assert figures["accuracy"]["value"] == 3 / 12
    assert figures["mean_over_words"] == 1 / 5
    recall = {word["label"]: word["recall"] for word in figures["words"]}
    assert recall == {"yes": 0, "no": 0, "up": 0, "four": 0, "zero": 1}
    digits = figures["digits_of_other_speakers"]
    assert (digits["value"], digits["speakers"]["george"]["n"]) == (0.5, 2)
    kept_out = figures["sound_of_picture_words"]  # yes and no of training speakers
    assert (kept_out["n"], list(kept_out["words"])) == (2, ["no", "yes"])


def test_conditions_take_a_few_clips_of_every_word(evaluation: Evaluation) -> None:
    # Of five words the first four clips: each another word, so at most one "zero".
    figures = evaluation.figures["conditions"]
    kinds = {row["noise"] for row in figures["noise"]}
    assert kinds == {"running_tap", "everyday_sounds", "babble"}
    assert figures["n"] == 4
    assert all(row["value"] == figures["clean"]["value"] for row in figures["noise"])


def test_false_words_are_counted_in_held_out_recordings(evaluation: Evaluation) -> None:
    rates = evaluation.figures["false_words"]["per_hour"]
    assert rates["noise"]["hours"] == pytest.approx((12 + 2) / 3600)
    assert rates["other_speech"]["hours"] == pytest.approx(0.9 / 3600)
    assert {row[1] for row in rates["other_speech"]["commonest"]} <= {"zero"}


def test_the_12_class_set_has_commands_a_tenth_of_others_and_silence(
    evaluation: Evaluation,
) -> None:
    classes = {row["label"]: row["n"] for row in evaluation.figures["twelve_classes"]["classes"]}
    spoken = {label: n for label, n in classes.items() if n}
    assert spoken == {"yes": 2, "no": 2, "up": 2, "_silence_": 1, "_unknown_": 1}


def test_recordings_are_scored_as_the_app_scores_them(
    evaluation: Evaluation, data: Path, models: Path
) -> None:
    recognizer = Recognizer.load("deaf", models)
    for row, clip in enumerate(spoken_words(data, "val", LABELS).clips[:3]):
        expected = recognizer.classify(clip, shards.RATE).scores
        heard = dict(zip(LABELS, evaluation.scores.posteriors[row], strict=True))
        assert heard == pytest.approx(expected, rel=0.01)


def test_every_clip_is_kept_with_its_name_and_kind(evaluation: Evaluation) -> None:
    scores = evaluation.scores
    recordings = [f"val{i}_nohash_0" for i in range(7)]
    assert scores.utterance.tolist() == recordings + ["val-p_nohash_0"] * 5
    assert scores.is_picture.tolist() == [False] * 7 + [True] * 5
    words = [*shards.FREQUENCIES, "four", "zero", *shards.FREQUENCIES]
    assert [LABELS[i] for i in scores.target] == words
    assert evaluation.word_map is not None
    assert len(evaluation.word_map.rows) == 10


def test_the_figures_are_the_same_twice(evaluation: Evaluation, data: Path, models: Path) -> None:
    again = evaluate("deaf", data, "val", models, SETTINGS).figures
    timed = {"cost", "seconds", "date"}
    assert {k: v for k, v in again.items() if k not in timed} == {
        k: v for k, v in evaluation.figures.items() if k not in timed
    }


def test_test_speakers_are_measured_on_recordings_only(data: Path, models: Path) -> None:
    settings = replace(SETTINGS, n_map=0)
    done = evaluate("deaf", data, "test_a", models, settings)
    assert done.figures["pictures"] is None
    assert done.figures["accuracy"]["n"] == 7
    assert done.word_map is None


def test_a_model_that_hears_the_wave_gets_the_sound_of_the_pictures(
    data: Path, models: Path
) -> None:
    done = evaluate("deaf-m5", data, "val", models, SETTINGS)
    assert done.figures["confusion"]["labels"] == list(WORDS)
    assert done.figures["pictures"]["n"] == 5
    assert done.figures["accuracy"]["value"] == 3 / 12


def test_the_command_leaves_all_that_figures_can_be_made_of_again(
    data: Path, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--model", "deaf", "--model-folder", str(models), "--data", str(data), "--quick"]
    assert main(["evaluate", *options, "--out", str(tmp_path / "new")]) == 0
    assert "25.00% of 12 clips" in capsys.readouterr().out
    figures = load_figures(tmp_path / "new", "deaf", "val")
    assert figures["weights_sha256"] == json.loads((models / "deaf.json").read_text())["sha256"]
    redone = figures_of(load_scores(tmp_path / "new", "deaf", "val"))
    assert redone == {name: figures[name] for name in redone}
    assert load_map(tmp_path / "new", "deaf", "val") is None


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_measured(
    data: Path, models: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    options = ["--model", "deaf", "--model-folder", str(models), "--data", str(data)]
    assert main(["evaluate", *options, "--out", str(tmp_path / "file" / "results")]) == 1
    assert "Evaluation stopped" in capsys.readouterr().err


def test_sentences_are_counted_apart(data: Path, models: Path, tmp_path: Path) -> None:
    for i, seconds in enumerate((1.0, 2.0)):
        (tmp_path / f"{i}.wav").write_bytes(encode(tone(300 + i, seconds, 16_000), 16_000))
    options = ["--model", "deaf", "--model-folder", str(models), "--data", str(data), "--quick"]
    options += ["--sentences", str(tmp_path), "--out", str(tmp_path / "out")]
    assert main(["evaluate", *options]) == 0
    rate = load_figures(tmp_path / "out", "deaf", "val")["false_words"]["per_hour"]["sentences"]
    assert rate["hours"] == pytest.approx(3 / 3600)
    assert rate["count"] == sum(times for _, label, times in rate["commonest"] if label == "zero")


def test_a_folder_without_sentences_is_refused_before_anything_is_measured(
    models: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="no sound files"):
        evaluate("deaf", tmp_path / "no data either", "val", models, other_sentences=tmp_path)

"""Describing the data folder: counts, the leak check, levels, spectra and outliers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kws_core.cli.main import main
from kws_core.errors import DataError
from kws_core.evaluation.clip_measures import N_FFT, measure_clips
from kws_core.evaluation.outliers import find_components
from kws_core.labels import WORDS
from kws_core.results.data_summary import DataSummary, load_data_summary
from tests.helpers.training_shards import (
    FREQUENCIES,
    RATE,
    clip_row,
    opus,
    spoken,
    write,
    write_shards,
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_shards(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def summary(data: Path, tmp_path_factory: pytest.TempPathFactory) -> DataSummary:
    return described(data, tmp_path_factory.mktemp("out"))


def described(data: Path, out: Path) -> DataSummary:
    arguments = ["--data", str(data), "--out", str(out), "--cache", str(out / "cache")]
    assert main(["describe-data", *arguments]) == 0
    found = load_data_summary(out)
    assert found is not None
    return found


def test_clips_and_speakers_are_counted_by_split_and_word(summary: DataSummary) -> None:
    splits = {one["split"]: one for one in summary.figures["splits"]}
    assert (splits["train"]["recordings"], splits["train"]["pictures"]) == (5, 5)
    assert splits["train"]["speakers"] == 5 + 1  # one speaker of all its pictures
    assert splits["test_a"]["pictures"] == 0
    assert splits["val"]["hours"] == pytest.approx(7 * 0.6 / 3600, rel=0.01)
    zero = next(row for row in summary.figures["words"] if row["word"] == "zero")
    assert (zero["train"], zero["train_pictures"], zero["val"]) == (2, 1, 2)
    assert sum(row["train"] for row in summary.figures["words"]) == 5  # "yes" and "no" are kept out


def test_no_speaker_is_shared_and_one_who_is_would_be_counted(
    summary: DataSummary, data: Path, tmp_path: Path
) -> None:
    assert [one["shared"] for one in summary.figures["speakers"]] == [0, 0, 0]
    leaky = write_shards(tmp_path / "leaky")
    rows = [clip_row("yes", s, "test_a", audio=opus(spoken("yes"))) for s in ("train2", "val-p")]
    write(leaky, "speech_commands_test_a.parquet", rows)
    found = described(leaky, tmp_path / "out").figures["speakers"]
    shared = {tuple(one["splits"]): one["shared"] for one in found}
    assert shared == {("train", "val"): 0, ("train", "test_a"): 1, ("val", "test_a"): 1}


def test_levels_and_spectra_are_those_of_the_tones(data: Path, summary: DataSummary) -> None:
    measured = measure_clips(data, "train")
    # A sine of amplitude 0.3, in nearly no noise.
    assert measured.level_db == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.3)
    assert measured.seconds == pytest.approx(0.6, abs=0.01)
    hertz = np.linspace(0, RATE / 2, N_FFT // 2 + 1)
    for word in ("up", "four", "zero"):
        loudest = hertz[int(summary.spectrum[WORDS.index(word)].argmax())]
        assert loudest == pytest.approx(FREQUENCIES[word], abs=RATE / N_FFT)
        assert measured.spectrum[WORDS.index(word)].sum() == pytest.approx(1, abs=1e-6)
    assert summary.spectrum[WORDS.index("bed")] == pytest.approx(-120)  # nobody says it


def test_every_clip_is_counted_once_in_every_band(summary: DataSummary) -> None:
    assert (summary.band_counts[0].sum(axis=1) == 5).all()
    assert (summary.band_counts[1].sum(axis=1) == 5).all()
    assert sum(summary.figures["duration"]["train"]) == 5
    assert sum(summary.figures["level"]["val"]) == 7


def test_the_mean_log_mel_is_loudest_where_the_tone_is(summary: DataSummary) -> None:
    picture = summary.mean_log_mel[WORDS.index("four")].astype(float)
    assert picture.shape == (40, 49)
    band = int(picture.mean(axis=1).argmax())
    low = summary.mean_log_mel[WORDS.index("up")].astype(float).mean(axis=1).argmax()
    assert band > low


def test_a_clip_unlike_its_word_is_the_farthest() -> None:
    rng = np.random.default_rng(0)
    word = np.repeat([0, 1], 100)
    x = rng.normal(size=(200, 20)).astype(np.float32)
    x[word == 1, 0] += 8
    x[17, 0] += 8  # sounds like the other word, and so is nothing special among all clips
    found = find_components(x, word)
    assert found.distance.argmax() == 17
    assert found.points.shape == (200, 16)
    assert (np.diff(found.explained) <= 1e-9).all()
    assert 0 < found.explained.sum() <= 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"speech_commands_val\.parquet is missing"):
        measure_clips(tmp_path, "val")

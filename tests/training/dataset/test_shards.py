"""The data folder: what is held out of noise and other words."""

from pathlib import Path

import numpy as np
import pytest

from kws_core.training.dataset.shards import (
    HELD_OUT_SHARE,
    is_held_out,
    noise_recordings,
    other_recordings,
)
from tests.helpers import training_shards as shards

RATE = 16_000


def test_noise_is_split_between_training_and_validation(tmp_path: Path) -> None:
    folder = shards.write_shards(tmp_path)
    for split in ("train", "val"):
        [(kind, samples)] = noise_recordings(folder, split)
        assert kind == "rain"
        assert len(samples) == 5 * RATE


def test_the_end_of_a_long_recording_is_held_out(tmp_path: Path) -> None:
    long = np.concatenate([np.full(28 * RATE, 0.2), np.zeros(12 * RATE)])
    long[::2] *= -1
    rows = [{"kind": "tap", "file": "", "audio": shards.flac(long)}]
    shards.write(tmp_path, "background_noise.parquet", rows)
    [(_, train)] = noise_recordings(tmp_path, "train")
    [(_, val)] = noise_recordings(tmp_path, "val")
    assert (len(train), len(val)) == (28 * RATE, 12 * RATE)
    assert np.abs(train).min() > 0.1
    assert not val.any()


def test_no_speaker_of_other_words_is_in_both_splits(tmp_path: Path) -> None:
    audio = shards.flac(shards.spoken("up"))
    rows = [
        {"word": f"w{i}", "speaker": f"s{i % 10}", "file": f"{i}.wav", "audio": audio}
        for i in range(20)
    ]
    shards.write(tmp_path, "other_words.parquet", rows)
    train, val = (
        {word for word, _ in other_recordings(tmp_path, split)} for split in ("train", "val")
    )
    assert train | val == {f"w{i}" for i in range(20)}
    speakers = [{int(name[1:]) % 10 for name in names} for names in (train, val)]
    assert not speakers[0] & speakers[1]
    assert speakers[0]
    assert speakers[1]


def test_about_the_share_asked_for_is_held_out() -> None:
    share = np.mean([is_held_out(f"speaker {i}") for i in range(2000)])
    assert share == pytest.approx(HELD_OUT_SHARE, abs=0.03)

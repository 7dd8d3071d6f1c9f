"""Training data with faults: named with file and row, or left out with a count."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import pytest
import soundfile

from kws_core.errors import DataError
from kws_core.features.front_ends import LogMelConfig
from kws_core.training.dataset.fluent import sentences
from kws_core.training.dataset.load import audio_clips, picture_clips, require_speakers_apart
from kws_core.training.dataset.more_sound import folder_recordings
from kws_core.training.dataset.shards import noise_recordings, other_recordings
from kws_core.training.dataset.speech_commands import (
    NOISE_FOLDER,
    background_noises,
    official_splits,
    read_words,
)
from tests.helpers import training_shards as shards
from tests.helpers.audio_files import encode, tone
from tests.helpers.speech_commands_folder import write_speech_commands

RATE = 16_000
CONFIG = LogMelConfig()
WORDS = "speech_commands_train.parquet"


def wav(samples: np.ndarray) -> bytes:
    out = io.BytesIO()
    soundfile.write(out, samples, RATE, format="WAV", subtype="FLOAT")
    return out.getvalue()


def one_row(folder: Path, name: str, row: int, **values: object) -> None:
    """Change a row of a file."""
    rows = parquet.read_table(folder / name).to_pylist()
    rows[row] |= values
    shards.write(folder, name, rows)


NAN = np.where(np.arange(8000) == 4000, np.nan, 0.1).astype(np.float32)
STEREO = np.stack([tone(500, 0.5, RATE)] * 2, axis=1)
BAD_SOUND: list[tuple[object, str]] = [
    (wav(STEREO), "2 channels"),
    (wav(NAN), "not finite numbers"),
    (None, "no sound"),
    (b"", "no sound"),
    (b"RIFF", "can't be decoded"),
    (wav(np.zeros(0, np.float32)), "no sound"),
]


@pytest.mark.parametrize(("audio", "message"), BAD_SOUND)
@pytest.mark.parametrize(
    ("name", "read"),
    [
        (WORDS, lambda folder: audio_clips(folder, "train", CONFIG)),
        ("background_noise.parquet", lambda folder: list(noise_recordings(folder, "train"))),
        ("other_words.parquet", lambda folder: list(other_recordings(folder, "train"))),
        ("english_speech.parquet", lambda folder: list(sentences(folder, "train"))),
    ],
)
def test_sound_that_is_none_is_named_with_file_and_row(
    tmp_path: Path, name: str, read: Callable[[Path], Any], audio: object, message: str
) -> None:
    folder = shards.write_shards(tmp_path)
    for row in (0, 2) if name == WORDS else (0,):
        one_row(folder, name, row, audio=audio)
    with pytest.raises(DataError, match=rf"Row \d of {name} .*{message}") as refused:
        read(folder)
    assert " at 0x" not in str(refused.value)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"word": None}, "has no word"),
        ({"speaker": None}, "has no speaker"),
        ({"speaker": " "}, "has no speaker"),
        ({"audio": shards.flac(tone(500, 30.0, RATE, 0.1))}, r"lasts 30\.0 s"),
    ],
)
def test_a_word_without_word_or_speaker_or_of_half_a_minute(tmp_path, values, message) -> None:
    folder = shards.write_shards(tmp_path)
    one_row(folder, WORDS, 3, **values)
    with pytest.raises(DataError, match=rf"Row 3 of {WORDS} {message}"):
        audio_clips(folder, "train", CONFIG)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"jpeg": b"no picture"}, "can't be read"),
        ({"jpeg": None}, "can't be read"),
        ({"jpeg": shards.jpeg(np.zeros((98, 20)))}, r"shape \(98, 20\)"),
        ({"word": None}, "has no word"),
        ({"speaker": None}, "has no speaker"),
    ],
)
def test_a_picture_that_is_none(tmp_path: Path, values, message: str) -> None:
    folder = shards.write_shards(tmp_path)
    one_row(folder, "speech_commands_logmel.parquet", 0, **values)
    with pytest.raises(DataError, match=f"speech_commands_logmel.*{message}") as refused:
        picture_clips(folder, "train", CONFIG)
    assert " at 0x" not in str(refused.value)


def test_speakers_in_two_splits_are_named_as_they_are_written(tmp_path: Path) -> None:
    folder = shards.write_shards(tmp_path)
    clips = audio_clips(folder, "train", CONFIG)
    with pytest.raises(DataError, match="such as train2, train3, train4: every"):
        require_speakers_apart(clips, clips)


def test_files_that_macos_leaves_beside_recordings_are_no_recordings(tmp_path: Path) -> None:
    folder = write_speech_commands(tmp_path)
    before = official_splits(folder)
    for place in (folder / "yes", folder / NOISE_FOLDER):
        for path in list(place.glob("*.wav")):
            (place / f"._{path.name}").write_bytes(b"\0\5\x16\7")
    after = official_splits(folder)
    assert after == before
    assert len(list(read_words(after["train"]))) == 6
    assert len(list(background_noises(folder, "train"))) == 1


def test_missing_listed_files_are_counted(tmp_path: Path) -> None:
    folder = write_speech_commands(tmp_path)
    (folder / "yes" / "00000003_nohash_0.wav").unlink()
    with pytest.raises(DataError, match=r"names yes/00000003.*\(1 of 3 files are missing\)"):
        official_splits(folder)


def test_a_word_of_half_a_minute_in_a_folder_is_named(tmp_path: Path) -> None:
    folder = write_speech_commands(tmp_path)
    path = folder / "yes" / "00000001_nohash_0.wav"
    path.write_bytes(encode(tone(500, 30.0, RATE, 0.1), RATE))
    with pytest.raises(DataError, match=r"00000001_nohash_0\.wav lasts 30"):
        list(read_words(official_splits(folder)["train"]))


def test_files_of_more_sound_that_cannot_be_read_are_counted(tmp_path: Path, capsys) -> None:
    (tmp_path / "a.wav").write_bytes(encode(tone(500, 0.5, RATE), RATE))
    (tmp_path / "._a.wav").write_bytes(b"\0\5\x16\7")
    (tmp_path / "b.wav").write_bytes(b"RIFF")
    whole = (np.sin(np.arange(8000) * 0.2) * 2.0**61).astype("<i8")
    header = b"RIFF" + (36 + whole.nbytes).to_bytes(4, "little") + b"WAVEfmt "
    form = [(16, 4), (1, 2), (1, 2), (RATE, 4), (8 * RATE, 4), (8, 2), (64, 2)]
    header += b"".join(value.to_bytes(size, "little") for value, size in form)
    data = b"data" + whole.nbytes.to_bytes(4, "little") + whole.tobytes()
    (tmp_path / "c.wav").write_bytes(header + data)  # whole numbers of 64 bits
    assert [name for name, _ in folder_recordings(tmp_path)] == ["a.wav", "c.wav"]
    assert "1 of 3 files in" in capsys.readouterr().out

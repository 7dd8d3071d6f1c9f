"""The data folder: which Parquet files hold what, and how a row becomes samples."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet
import soundfile

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.errors import DataError

SPEECH_FILES = {
    "train": "speech_commands_train.parquet",
    "val": "speech_commands_val.parquet",
    "test_a": "speech_commands_test_a.parquet",
}
PICTURE_FILE = "speech_commands_logmel.parquet"
NOISE_FILE = "background_noise.parquet"
OTHER_FILE = "other_words.parquet"
SYNTHETIC_FILE = "synthetic_words.parquet"
DIGITS_FILE = "free_spoken_digits.parquet"

# A picture's grey level is 10 ln E + 146.5, E the mel power (fitted on clips kept as both).
PICTURE_SCALE = 10.0
PICTURE_OFFSET = 146.5

# Words of which only about twenty recordings exist beside thousands of pictures: those recordings
# would teach that sound, as opposed to picture, is a sign of another word.
PICTURE_ONLY_WORDS = ("yes", "no", "on", "off")

HELD_OUT_SHARE = 0.3  # of noise and other words, kept for validation
LONG_NOISE_S = 30.0  # the minute-long background recordings; the others are single sounds


def read_table(folder: Path, name: str, *columns: str) -> dict[str, list[Any]]:
    """Read these columns of one shard, or all of them if none are named.

    Raises `DataError` if the file is not there or damaged, or lacks one of them.
    """
    path = folder / name
    if not path.is_file():
        raise DataError(f"{name} is missing in {folder}: give the data folder with --data.")
    try:
        table = parquet.read_table(path)
    except (OSError, ValueError) as error:
        raise DataError(f"{name} can't be read as Parquet ({error}): fetch it again.") from error
    lacking = sorted(set(columns) - set(table.schema.names))
    if lacking:
        raise DataError(f"{name} has no column {', '.join(lacking)}: fetch it again.")
    return {column: table[column].to_pylist() for column in columns or table.schema.names}


def decode(audio: bytes, sample_rate: int = SAMPLE_RATE, where: str = "A clip") -> Samples:
    """Decode one clip of a shard to float32 samples.

    where: which clip it is, for the message. Raises `DataError` if it is damaged or at another
    rate.
    """
    try:
        samples, rate = soundfile.read(io.BytesIO(audio), dtype="float32")
    except soundfile.SoundFileError as error:
        raise DataError(f"{where} can't be decoded ({error}): fetch the data again.") from error
    if rate != sample_rate:
        raise DataError(f"{where} is at {rate} Hz where {sample_rate} Hz were expected.")
    decoded: Samples = samples
    return decoded


def is_held_out(name: str) -> bool:
    """Say whether a noise or a speaker of other words is kept for validation (by its hash)."""
    digest = hashlib.sha1(name.encode(), usedforsecurity=False).digest()
    return digest[0] < 256 * HELD_OUT_SHARE


def part_of_long(samples: Samples, split: str) -> Samples:
    """Return what of a minute-long noise belongs to a split: the end is held out for val."""
    cut = int(len(samples) * (1 - HELD_OUT_SHARE))
    return samples[:cut] if split == "train" else samples[cut:]


def noise_recordings(folder: Path, split: str) -> Iterator[tuple[str, Samples]]:
    """Yield the kind and the samples of each background noise of a split: train or val.

    Of a minute-long recording the end is held out; of the single sounds, a share of the files.
    """
    table = read_table(folder, NOISE_FILE, "audio", "kind", "file")
    for audio, kind, file in zip(table["audio"], table["kind"], table["file"], strict=True):
        samples = decode(audio)
        if len(samples) > LONG_NOISE_S * SAMPLE_RATE:
            yield str(kind), part_of_long(samples, split)
        elif is_held_out(str(file)) == (split == "val"):
            yield str(kind), samples


def long_noises(folder: Path) -> dict[str, Samples]:
    """Return the held-out ends of the minute-long background noises, by kind."""
    shortest = LONG_NOISE_S * HELD_OUT_SHARE * SAMPLE_RATE
    return {kind: x for kind, x in noise_recordings(folder, "val") if len(x) > shortest}


def other_recordings(folder: Path, split: str) -> Iterator[tuple[str, Samples]]:
    """Yield what was said, and the samples, of other words; no speaker is in two splits."""
    table = read_table(folder, OTHER_FILE, "audio", "word", "speaker", "file")
    columns = zip(table["audio"], table["word"], table["speaker"], table["file"], strict=True)
    for audio, word, speaker, file in columns:
        if is_held_out(str(speaker or file)) == (split == "val"):
            yield str(word), decode(audio)

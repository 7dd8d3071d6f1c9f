"""The data folder: which Parquet files hold what, and how a row becomes samples."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import soundfile

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.errors import AudioError, DataError

SPEECH_FILES = {
    "train": "speech_commands_train.parquet",
    "val": "speech_commands_val.parquet",
    "test_a": "speech_commands_test_a.parquet",
}
MORE_WORDS_FILE = "speech_commands_more.parquet"  # recordings that were named later
PICTURE_FILE = "speech_commands_logmel.parquet"
NOISE_FILE = "background_noise.parquet"
MORE_NOISE_FILE = "more_noise.parquet"
ENGLISH_WORDS_FILE = "english_words.parquet"
FLUENT_FILES = ("english_speech.parquet", "english_speech_more.parquet")
OTHER_FILE = "other_words.parquet"
SYNTHETIC_FILE = "synthetic_words.parquet"
DIGITS_FILE = "free_spoken_digits.parquet"

# A picture's grey level is 10 ln E + 146.5, E the mel power (fitted on clips kept as both).
PICTURE_SCALE = 10.0
PICTURE_OFFSET = 146.5

# Words of which the first file has about twenty recordings beside thousands of pictures. These are
# kept out of training, and measure what pictures teach for sound.
PICTURE_ONLY_WORDS = ("yes", "no", "on", "off")
KEPT_OUT = "kept_out"  # the split of these recordings
# Recordings that two networks agreed on. About 1% of the names are wrong, and all are easy.
_NAMED_BY_NETWORKS = "models"

HELD_OUT_SHARE = 0.3  # of noise and other words, kept for validation
LONGEST_WORD_S = 2.0  # synthetic voices take up to 1.3 s
_LEAVE_OUT = "Mend the row or leave it out."
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


def decode(audio: object, sample_rate: int = SAMPLE_RATE, where: str = "A clip") -> Samples:
    """Decode one clip of a shard to float32 samples.

    where: which clip it is, for the message. Raises `DataError` if it is damaged, has several
    channels, samples that are no numbers, or another rate.
    """
    if not isinstance(audio, bytes) or not audio:
        raise DataError(f"{where} has no sound. {_LEAVE_OUT}")
    try:
        samples, rate = soundfile.read(io.BytesIO(audio), dtype="float32")
    except soundfile.SoundFileError:  # of a few Opus files libsndfile finds no header
        try:
            recording = read_audio(audio)
        except AudioError as error:
            raise DataError(f"{where} can't be decoded ({error}): fetch the data again.") from error
        samples, rate = recording.samples, recording.sample_rate
    if rate != sample_rate:
        raise DataError(f"{where} is at {rate} Hz where {sample_rate} Hz were expected.")
    if samples.ndim != 1:
        raise DataError(
            f"{where} has {samples.shape[1]} channels where one was expected. {_LEAVE_OUT}"
        )
    if not len(samples):
        raise DataError(f"{where} has no sound. {_LEAVE_OUT}")
    if not np.isfinite(samples).all():
        raise DataError(f"{where} has samples that are not finite numbers. {_LEAVE_OUT}")
    decoded: Samples = samples
    return decoded


def decode_word(audio: object, where: str) -> Samples:
    """Decode the clip of one word, as `decode` does; raises `DataError` if it is far too long."""
    samples = decode(audio, where=where)
    seconds = len(samples) / SAMPLE_RATE
    if seconds > LONGEST_WORD_S:
        raise DataError(
            f"{where} lasts {seconds:.1f} s, where a word of a second was expected. {_LEAVE_OUT}"
        )
    return samples


def text_of(value: object, what: str, where: str) -> str:
    """Return a word, speaker or the like of a row; raises `DataError` if it has none."""
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{where} has no {what}. {_LEAVE_OUT}")
    return value


def word_table(folder: Path, split: str) -> dict[str, list[Any]]:
    """Read the recordings of a split: train, val, test_a or `KEPT_OUT`.

    Columns: word, speaker, utterance, audio, and where each row lies, for messages. Recordings
    named by networks are for training only. Raises `DataError` if a file is missing or damaged.
    """
    columns = ("word", "speaker", "utterance", "audio")
    name = SPEECH_FILES["train" if split == KEPT_OUT else split]
    table = read_table(folder, name, *columns)
    table["where"] = [f"Row {row} of {name}" for row in range(len(table["word"]))]
    if split in ("train", KEPT_OUT):
        kept_out = [word in PICTURE_ONLY_WORDS for word in table["word"]]
        table = _rows(table, [out == (split == KEPT_OUT) for out in kept_out])
    if split in ("train", "val") and (folder / MORE_WORDS_FILE).is_file():
        more = read_table(folder, MORE_WORDS_FILE, *columns, "split", "named_by")
        more["where"] = [f"Row {row} of {MORE_WORDS_FILE}" for row in range(len(more["word"]))]
        pairs = zip(more["split"], more["named_by"], strict=True)
        wanted = [
            of == split and (split == "train" or by != _NAMED_BY_NETWORKS) for of, by in pairs
        ]
        more = _rows(more, wanted)
        table = {column: table[column] + more[column] for column in table}
    return table


def picture_table(folder: Path, split: str, *columns: str) -> dict[str, list[Any]]:
    """Read these columns of the pictures of a split (train or val).

    An utterance that is there as sound as well counts once: as sound.
    """
    table = read_table(folder, PICTURE_FILE, "word", "utterance", "split", *columns)
    heard: set[tuple[str, str]] = set()
    if (folder / MORE_WORDS_FILE).is_file():
        words = word_table(folder, split)
        heard = set(zip(words["word"], words["utterance"], strict=True))
    keys = zip(table["word"], table["utterance"], table["split"], strict=True)
    wanted = [of == split and (word, name) not in heard for word, name, of in keys]
    return _rows(table, wanted)


def _rows(table: dict[str, list[Any]], wanted: list[bool]) -> dict[str, list[Any]]:
    return {
        column: [value for value, want in zip(values, wanted, strict=True) if want]
        for column, values in table.items()
    }


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

    Of a minute-long recording the end is held out; of the single sounds, a share of the files;
    of the pieces of the second file, those of a share of its recordings.
    """
    table = read_table(folder, NOISE_FILE, "audio", "kind", "file")
    for row, (audio, kind, file) in enumerate(zip(*table.values(), strict=True)):
        samples = decode(audio, where=f"Row {row} of {NOISE_FILE}")
        if len(samples) > LONG_NOISE_S * SAMPLE_RATE:
            yield str(kind), part_of_long(samples, split)
        elif is_held_out(str(file)) == (split == "val"):
            yield str(kind), samples
    if (folder / MORE_NOISE_FILE).is_file():
        more = read_table(folder, MORE_NOISE_FILE, "audio", "kind", "recording")
        for row, (audio, kind, name) in enumerate(zip(*more.values(), strict=True)):
            if is_held_out(str(name)) == (split == "val"):
                yield str(kind), decode(audio, where=f"Row {row} of {MORE_NOISE_FILE}")


def other_recordings(folder: Path, split: str) -> Iterator[tuple[str, Samples]]:
    """Yield what was said, and the samples, of other words; no speaker is in two splits."""
    table = read_table(folder, OTHER_FILE, "audio", "word", "speaker", "file")
    for row, (audio, word, speaker, file) in enumerate(zip(*table.values(), strict=True)):
        if is_held_out(str(speaker or file)) == (split == "val"):
            yield str(word), decode(audio, where=f"Row {row} of {OTHER_FILE}")

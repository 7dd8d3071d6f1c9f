"""The recordings of a data folder: Parquet files, or Speech Commands as torchaudio unpacks it.

Readers ask here and need not know which of the two they were given.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

from kws_core.audio.waveform import Samples
from kws_core.errors import DataError
from kws_core.training.dataset import shards, speech_commands
from kws_core.training.dataset.fluent import sentences
from kws_core.training.dataset.more_sound import MoreSound


@dataclass(frozen=True)
class DataKinds:
    """Which kinds of data to learn from."""

    audio: bool = True
    pictures: bool = True
    synthetic: bool = True
    noise: bool = True
    other_words: bool = True
    fluent: bool = True

    def names(self) -> list[str]:
        """Return the kinds that are wanted, as recipes write them."""
        return [f.name.replace("_", "-") for f in fields(self) if getattr(self, f.name)]


# The files of each kind; without one of them the kind can't be had.
FILES = {
    "audio": (shards.SPEECH_FILES["train"], shards.SPEECH_FILES["val"]),
    "pictures": (shards.PICTURE_FILE,),
    "synthetic": (shards.SYNTHETIC_FILE,),
    "noise": (shards.NOISE_FILE,),
    "other-words": (shards.OTHER_FILE,),
    "fluent": shards.FLUENT_FILES,
}
_CORPORA = {
    "audio": "Google Speech Commands v0.02 (CC BY 4.0), recordings of training speakers",
    "pictures": "the same corpus as log-mel pictures",
    "synthetic": "synthetic voices (Kokoro-82M, Apache-2.0)",
    "noise": "background noise of Speech Commands (CC BY 4.0)",
    "other-words": "other words (licences of their corpora)",
    "fluent": (
        "fluent English of speechocean762, LibriSpeech, VCTK (CC BY 4.0), LibriVox (public domain) "
        "and Common Voice (CC0)"
    ),
}
_SINGLE_NOISES = "ESC-10 (CC BY 3.0)"


@dataclass(frozen=True)
class Recordings:
    """Word clips of a split: iterating gives (samples, word, speaker), samples at 16 kHz."""

    n: int
    rows: Iterator[tuple[Samples, str, str]]

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[tuple[Samples, str, str]]:
        return self.rows


def kinds_to_use(folder: Path, wanted: DataKinds) -> DataKinds:
    """Return what is wanted and can be there: Speech Commands has recordings and noise only.

    Raises `DataError` if a file of a wanted kind is missing, or nothing is left to learn from.
    """
    if speech_commands.find_folder(folder) is not None:
        wanted = replace(wanted, pictures=False, synthetic=False, other_words=False, fluent=False)
    else:
        _require_files(folder, wanted)
    if not wanted.audio and not wanted.pictures:
        raise DataError("Nothing is left to learn from: use the recordings, the pictures or both.")
    return wanted


def _require_files(folder: Path, wanted: DataKinds) -> None:
    lacking = [
        (file, kind) for kind in wanted.names() for file in FILES[kind]
        if not (folder / file).is_file()
    ]  # fmt: skip
    if lacking:
        verb = "is" if len(lacking) == 1 else "are"
        left_out = json.dumps(list(dict.fromkeys(kind for _, kind in lacking)))
        raise DataError(
            f"{', '.join(file for file, _ in lacking)} {verb} missing in {folder}: give the data "
            f"folder with --data, or train without them: --set 'without={left_out}'."
        )


def describe(folder: Path, kinds: DataKinds, more: MoreSound | None = None) -> str:
    """Return where the data come from and under which licences, for a model's card."""
    parts = [_CORPORA[kind] for kind in kinds.names()]
    if kinds.noise and speech_commands.find_folder(folder) is None:
        parts.append(_SINGLE_NOISES)
    parts += (more or MoreSound()).descriptions()
    return "; ".join(parts)


def word_recordings(folder: Path, split: str) -> Recordings:
    """Return the word clips of a split: train, val; test_a and kept_out of Parquet files only.

    Raises `DataError` if they are missing, or a speaker is in two splits; and on the way, if one
    is damaged.
    """
    unpacked = speech_commands.find_folder(folder)
    if unpacked is not None:
        paths = speech_commands.official_splits(unpacked)
        if split not in paths:
            raise DataError(f"Speech Commands has the splits {', '.join(paths)}, no {split}.")
        return Recordings(len(paths[split]), speech_commands.read_words(paths[split]))
    return _shard_recordings(folder, split)


def _shard_recordings(folder: Path, split: str) -> Recordings:
    table = shards.word_table(folder, split)

    def rows() -> Iterator[tuple[Samples, str, str]]:
        columns = (table[name] for name in ("audio", "word", "speaker", "where"))
        for audio, word, speaker, where in zip(*columns, strict=True):
            said = shards.text_of(word, "word", where)
            by = shards.text_of(speaker, "speaker", where)
            yield shards.decode_word(audio, where), said, by

    return Recordings(len(table["word"]), rows())


def noise_recordings(folder: Path, split: str) -> Iterator[tuple[str, Samples]]:
    """Yield the kind and the samples of each background noise of a split: train or val."""
    unpacked = speech_commands.find_folder(folder)
    if unpacked is not None:
        return speech_commands.background_noises(unpacked, split)
    return shards.noise_recordings(folder, split)


def other_recordings(folder: Path, split: str) -> Iterator[tuple[str, Samples]]:
    """Yield what was said, and the samples, of speech that is none of the words."""
    if speech_commands.find_folder(folder) is not None:
        return iter(())
    return shards.other_recordings(folder, split)


def fluent_recordings(folder: Path, split: str) -> Iterator[tuple[str, Samples]]:
    """Yield the corpus and the samples of each recording of fluent English: train or val."""
    if speech_commands.find_folder(folder) is not None:
        return iter(())
    return ((one.corpus, one.samples) for one in sentences(folder, split))

"""The sample recordings that come with the project, and the words in them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from kws_core.errors import DataError
from kws_core.shipped import ASSETS

SampleKind = Literal["word", "sentence", "noisy"]

SAMPLES_FOLDER = ASSETS / "samples"
INDEX_FILE = "samples.json"


@dataclass(frozen=True)
class SpokenWord:
    """One word in a recording: its label, and start and end of its energy in seconds."""

    label: str
    start: float
    end: float


@dataclass(frozen=True)
class Sample:
    """A sample recording.

    name: the file's stem. title: for people. words: in the order spoken. path: of a 16 kHz mono
    FLAC file.
    """

    name: str
    title: str
    kind: SampleKind
    words: tuple[SpokenWord, ...]
    voice: str
    licence: str
    path: Path

    @property
    def voice_id(self) -> str:
        """The voice's number in the synthetic data, such as k0038."""
        return self.voice.split()[0]


def list_samples(folder: Path = SAMPLES_FOLDER) -> tuple[Sample, ...]:
    """All sample recordings, in the order to offer them.

    Raises DataError when the list is missing or unreadable.
    """
    index = folder / INDEX_FILE
    try:
        entries = json.loads(index.read_text(encoding="utf-8"))
        return tuple(_sample(entry, folder) for entry in entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The list of sample recordings could not be read from {index}: {error}. "
            "Restore the folder assets/samples from the project."
        ) from error


def get_sample(name: str, folder: Path = SAMPLES_FOLDER) -> Sample:
    """The sample called `name`; raises DataError, naming those there are, if there is none."""
    samples = {sample.name: sample for sample in list_samples(folder)}
    if name not in samples:
        raise DataError(
            f"There is no sample recording called {name!r}. Choose one of: {', '.join(samples)}."
        )
    return samples[name]


def _sample(entry: dict[str, Any], folder: Path) -> Sample:
    path = folder / str(entry["file"])
    kind = entry["kind"]
    if kind not in ("word", "sentence", "noisy"):
        raise ValueError(f"{path.name} is not described as a word, a sentence or a noisy word")
    return Sample(
        name=path.stem,
        title=str(entry["title"]),
        kind=kind,
        words=tuple(
            SpokenWord(str(word["label"]), float(word["start"]), float(word["end"]))
            for word in entry["words"]
        ),
        voice=str(entry["voice"]),
        licence=str(entry["licence"]),
        path=path,
    )

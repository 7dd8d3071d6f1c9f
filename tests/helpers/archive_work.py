"""Recordings for archives, and what hears them in the tests: quick, and deadly when asked."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.parquet  # noqa: F401  before a fork, not after each

from kws_core.archive.folder import read_events, read_files
from kws_core.archive.hear import DONE, Event, FileRow, Outcome, hear
from kws_core.archive.plan import Plan
from kws_core.archive.run import scan_archive
from kws_core.archive.sources import Recording
from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.spotting.candidates import FinderSettings
from tests.helpers.listeners import WORDS, ToneListener, burst

SETTINGS = FinderSettings(threshold=0.5)


class Listener(ToneListener):
    """A recogniser of tones with a card."""

    card = SimpleNamespace(name="tones", sha256="1", temperature=1.0)


class TonePlan(Plan):
    """Hears tones; loading it takes no time."""

    def load(self) -> Any:
        return Listener()


class AbsentPlan(TonePlan):
    """Can be loaded here, but not by workers."""

    def load(self) -> Any:
        if multiprocessing.parent_process() is not None:
            raise ModuleNotFoundError("No module named 'something'")
        return super().load()


def tone_plan(**options: Any) -> TonePlan:
    return TonePlan(settings=SETTINGS, **options)


def spoken(*words: str) -> np.ndarray:
    quiet = np.zeros(SAMPLE_RATE // 5, np.float32)
    return np.concatenate([quiet, *(burst(word, i, 0.4) for i, word in enumerate(words)), quiet])


def write_recordings(folder: Path, n: int, seed: int = 0) -> list[Recording]:
    """Write recordings of one to three words, with names that say which."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for i in range(n):
        words = rng.choice(list(WORDS), rng.integers(1, 4))
        path = folder / f"{i:03d}-{'-'.join(words)}.wav"
        path.write_bytes(to_wav(spoken(*words), SAMPLE_RATE))
        found.append(Recording(str(path), path.stat().st_size))
    return found


def words_in_name(file: str) -> list[str]:
    return Path(file).stem.split("-")[1:]


def heard_words(folder: Path) -> dict[str, list[str]]:
    """Words by recording; a recording that is there twice is an error."""
    files = [row.file for row in read_files(folder)]
    assert len(files) == len(set(files))
    words: dict[str, list[str]] = {file: [] for file in files}
    for event in read_events(folder):
        words[event.file].append(event.label)
    return words


def listen(plan: Plan, manifest: str, recordings: Sequence[Recording]) -> list[Outcome]:
    """Work for a cluster. Some recordings kill the process or fail, as their names say."""
    if any("deadly" in one.path for one in recordings):
        time.sleep(0.1)
        os._exit(1)
    if any("odd" in one.path for one in recordings):
        raise ValueError("something odd")
    return hear(plan, Listener(), recordings)  # type: ignore[arg-type]


class NamesRead:
    """Ears that read names instead of sound."""

    def __init__(self, pause_s: float = 0.0) -> None:
        self.pause_s = pause_s

    def hear(
        self, plan: Plan, manifest: dict[str, Any], recordings: Sequence[Recording]
    ) -> Iterator[list[Outcome]]:
        for one in recordings:
            time.sleep(self.pause_s)
            row = FileRow(one.name, "", one.size or 0, 1.0, 1, 0.0, DONE, "")
            events = [
                Event(one.name, 0, i, i + 0.5, word, 0.9)
                for i, word in enumerate(words_in_name(one.path))
            ]
            yield [Outcome(row, tuple(events))]


def scan_slowly(recordings: list[Recording], out: Path) -> None:
    """Scan in a process that is to be killed; every recording is written at once."""
    ears = contextlib.nullcontext(NamesRead(0.001))
    scan_archive(tone_plan(), recordings, out, lambda: ears, write_s=0.0)

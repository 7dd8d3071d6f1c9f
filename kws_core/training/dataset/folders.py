"""Recordings and folders of sound files as log-mel arrays, decoded once and kept in the cache."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tqdm import tqdm

from kws_core.audio.waveform import Samples
from kws_core.errors import DataError
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.training.dataset.cache import cached
from kws_core.training.dataset.clips import Clips, Stream, log_mel_of
from kws_core.training.dataset.more_sound import folder_recordings, sound_files, word_clips


def digest(facts: object) -> str:
    """Return twelve hex digits that stand for facts, in a key of the cache."""
    fingerprint = json.dumps(facts, sort_keys=True)
    return hashlib.sha1(fingerprint.encode(), usedforsecurity=False).hexdigest()[:12]


def cached_folder(folder: Path | None, cache: Path, config: LogMelConfig) -> list[Stream]:
    """Return the recordings of a folder of sound files; none if there is no folder."""
    if folder is None:
        return []
    return cached_streams(
        cache, _folder_key("more", folder, config), config, lambda: folder_recordings(folder)
    )


def cached_words(folder: Path, cache: Path, config: LogMelConfig) -> Clips:
    """Return the clips of a folder with a folder for each word."""
    key = _folder_key("more-words", folder, config)
    return Clips(**cached(cache, key, lambda: dict(vars(word_clips(folder, config)))))


def _folder_key(kind: str, folder: Path, config: LogMelConfig) -> str:
    files = [(path.as_posix(), path.stat().st_size) for path in sound_files(folder)]
    return f"{kind}-{digest([asdict(config), files])}"


def cached_streams(
    cache: Path, key: str, config: LogMelConfig, read: Callable[[], Iterator[tuple[str, Samples]]]
) -> list[Stream]:
    """Return recordings as log-mels, kept in the cache one after the other."""

    def make() -> dict[str, np.ndarray]:
        front_end = LogMel(config)
        streams = [
            Stream(name, log_mel_of(front_end, samples))
            for name, samples in tqdm(read(), key.rpartition("-")[0])
        ]
        if not streams:
            raise DataError(f"Nothing to learn from was read for {key!r}: see the lines above.")
        return {
            "log_mel": np.concatenate([stream.log_mel for stream in streams], axis=1),
            "end": np.cumsum([stream.log_mel.shape[1] for stream in streams]),
            "name": np.array([stream.name for stream in streams]),
        }

    arrays = cached(cache, key, make)
    parts = np.split(arrays["log_mel"], arrays["end"][:-1], axis=1)
    return [Stream(str(name), part) for name, part in zip(arrays["name"], parts, strict=True)]

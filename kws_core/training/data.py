"""The training data: Parquet shards of recordings and pictures, as log-mel arrays.

Every clip becomes one log-mel picture (``n_mels`` x frames, ln(power), float16), whether it was a
recording or only a picture was left of it. Decoding takes minutes, so the result is kept as
arrays in a cache folder and read back by memory map.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from kws_core.errors import DataError
from kws_core.features import LogMel, LogMelConfig
from kws_core.labels import LABELS, SILENCE
from kws_core.samples import list_samples
from kws_core.training.shards import (
    PICTURE_FILE,
    PICTURE_OFFSET,
    PICTURE_ONLY_WORDS,
    PICTURE_SCALE,
    SPEECH_FILES,
    SYNTHETIC_FILE,
    decode,
    noise_recordings,
    other_recordings,
    read_table,
)


@dataclass(frozen=True)
class Clips:
    """Log-mel pictures of clips of at most one second, one row each.

    `log_mel` is ``(n, n_mels, n_frames)`` float16 with the clip at the left; `length` says how
    many of its frames are the clip's.
    """

    log_mel: np.ndarray
    length: np.ndarray  # (n,) frames
    target: np.ndarray  # (n,) index into LABELS
    speaker: np.ndarray  # (n,) str
    is_picture: np.ndarray  # (n,) bool: only the picture was left of it

    def __len__(self) -> int:
        return len(self.target)

    def __add__(self, other: Clips) -> Clips:
        pairs = [(getattr(self, name), getattr(other, name)) for name in _CLIP_FIELDS]
        return Clips(*(np.concatenate(pair) for pair in pairs))

    def select(self, rows: np.ndarray) -> Clips:
        """Return the clips of these rows (a mask or indices)."""
        return Clips(*(getattr(self, name)[rows] for name in _CLIP_FIELDS))


_CLIP_FIELDS = ("log_mel", "length", "target", "speaker", "is_picture")


@dataclass(frozen=True)
class Stream:
    """The log-mel of a long recording, ``(n_mels, frames)`` float16: noise, or other speech."""

    name: str
    log_mel: np.ndarray


def log_mel_of(front_end: LogMel, samples: np.ndarray) -> np.ndarray:
    """Return the log-mel of a recording, at least one frame, float16."""
    short = front_end.config.win_length - len(samples)
    if short > 0:
        samples = np.pad(samples, (0, short))
    with torch.inference_mode():
        picture = front_end(torch.from_numpy(np.ascontiguousarray(samples))[None])[0]
    return np.asarray(picture.numpy(), dtype=np.float16)


def _clips(
    rows: Iterator[tuple[np.ndarray, str, str]], n: int, config: LogMelConfig, is_picture: bool
) -> Clips:
    """Gather (log-mel, word, speaker) rows into arrays."""
    log_mel = np.full((n, config.n_mels, config.n_frames), config.log_floor, np.float16)
    length = np.zeros(n, np.int16)
    target = np.zeros(n, np.int16)
    speakers = []
    for i, (picture, word, speaker) in enumerate(rows):
        frames = min(picture.shape[1], config.n_frames)
        log_mel[i, :, :frames] = picture[:, :frames]
        if word not in LABELS:
            raise DataError(f"A clip says {word!r}, which is none of the labels.")
        length[i], target[i] = frames, LABELS.index(word)
        speakers.append(speaker)
    return Clips(log_mel, length, target, np.array(speakers), np.full(n, is_picture))


def audio_clips(folder: Path, split: str, config: LogMelConfig) -> Clips:
    """Read the recordings of a split: train, val or test_a."""
    table = read_table(folder, SPEECH_FILES[split], "audio", "word", "speaker")
    front_end = LogMel(config)

    def rows() -> Iterator[tuple[np.ndarray, str, str]]:
        columns = zip(table["audio"], table["word"], table["speaker"], strict=True)
        for audio, word, speaker in tqdm(columns, f"{split} audio", len(table["word"])):
            samples = decode(audio, config.sample_rate)
            yield log_mel_of(front_end, samples), str(word), str(speaker)

    return _clips(rows(), len(table["word"]), config, is_picture=False)


def picture_clips(folder: Path, split: str, config: LogMelConfig) -> Clips:
    """Read the clips of which only the log-mel picture is left: train or val.

    Raises `DataError` if the front end is not the one that the pictures were made with.
    """
    from PIL import Image

    if config != LogMelConfig():
        raise DataError("The log-mel pictures fit only the default front end: leave them out.")
    table = read_table(folder, PICTURE_FILE, "jpeg", "word", "speaker", "split")
    chosen = [i for i, kind in enumerate(table["split"]) if kind == split]

    def rows() -> Iterator[tuple[np.ndarray, str, str]]:
        for i in tqdm(chosen, f"{split} pictures"):
            grey = np.asarray(Image.open(io.BytesIO(table["jpeg"][i])), np.float32)
            picture = (grey.T - PICTURE_OFFSET) / PICTURE_SCALE  # (n_mels, frames)
            yield picture.astype(np.float16), str(table["word"][i]), str(table["speaker"][i])

    return _clips(rows(), len(chosen), config, is_picture=True)


def synthetic_clips(folder: Path, config: LogMelConfig) -> Clips:
    """Read the synthetic words; a voice stands for a speaker.

    The voices of the sample clips are left out: the app shows no clip that its model has seen.
    """
    table = read_table(folder, SYNTHETIC_FILE, "audio", "word", "voice_id")
    front_end = LogMel(config)
    shown = {sample.voice_id for sample in list_samples()}
    chosen = [i for i, voice in enumerate(table["voice_id"]) if voice not in shown]

    def rows() -> Iterator[tuple[np.ndarray, str, str]]:
        for i in tqdm(chosen, "synthetic words"):
            samples = decode(table["audio"][i], config.sample_rate)
            picture = log_mel_of(front_end, samples[: config.n_samples])
            yield picture, str(table["word"][i]), f"synthetic-{table['voice_id'][i]}"

    return _clips(rows(), len(chosen), config, is_picture=False)


@dataclass(frozen=True)
class TrainingData:
    """All that a model learns from: word clips, noise, and speech that is none of the words."""

    clips: Clips
    noise: list[Stream]
    other: list[Stream]


def _cached(
    cache: Path, key: str, make: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Return arrays from the cache folder, made and written first if they are not there."""
    folder = cache / key
    if not (folder / "complete").exists():
        arrays = make()
        folder.mkdir(parents=True, exist_ok=True)
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array)
        (folder / "complete").touch()
    return {
        path.stem: np.load(path, mmap_mode="r" if path.stem == "log_mel" else None)
        for path in sorted(folder.glob("*.npy"))
    }


def _cached_clips(folder: Path, cache: Path, kind: str, split: str, config: LogMelConfig) -> Clips:
    readers: dict[str, Callable[[], Clips]] = {
        "audio": lambda: audio_clips(folder, split, config),
        "pictures": lambda: picture_clips(folder, split, config),
        "synthetic": lambda: synthetic_clips(folder, config),
    }
    files = {
        "audio": SPEECH_FILES[split],
        "pictures": PICTURE_FILE,
        "synthetic": SYNTHETIC_FILE,
    }
    path = folder / files[kind]
    size = path.stat().st_size if path.exists() else 0
    voices = [sample.voice_id for sample in list_samples()]  # which are left out of synthetic
    facts = [asdict(config), str(path.resolve()), size, voices if kind == "synthetic" else None]
    fingerprint = json.dumps(facts, sort_keys=True)
    digest = hashlib.sha1(fingerprint.encode(), usedforsecurity=False).hexdigest()[:12]
    arrays = _cached(cache, f"{kind}-{split}-{digest}", lambda: dict(vars(readers[kind]())))
    return Clips(**arrays)


def load_clips(
    folder: Path,
    cache: Path,
    split: str,
    config: LogMelConfig,
    *,
    pictures: bool = True,
    synthetic: bool = False,
) -> Clips:
    """Return the word clips of a split from recordings, pictures and synthetic voices.

    Raises `DataError` if a file is missing or damaged.
    """
    clips = _cached_clips(folder, cache, "audio", split, config)
    if pictures and split != "test_a":
        clips = clips + _cached_clips(folder, cache, "pictures", split, config)
    if synthetic and split == "train":
        clips = clips + _cached_clips(folder, cache, "synthetic", split, config)
    return clips


def load_training_data(
    folder: Path, cache: Path, config: LogMelConfig, *, pictures: bool, synthetic: bool
) -> tuple[TrainingData, Clips]:
    """Return what to train on, and the clips to validate on.

    The few recordings of yes, no, on and off of training speakers are in neither: they are kept
    as a check of pictures against sound (see `kws_core.training.evaluation`).
    """
    train = load_clips(folder, cache, "train", config, pictures=pictures, synthetic=synthetic)
    rare = np.isin(train.target, [LABELS.index(word) for word in PICTURE_ONLY_WORDS])
    real = ~np.char.startswith(train.speaker.astype(str), "synthetic-")
    train = train.select(~(rare & ~train.is_picture & real))
    val = load_clips(folder, cache, "val", config, pictures=pictures)
    shared = set(train.speaker[train.target < LABELS.index(SILENCE)]) & set(val.speaker)
    if shared:
        raise DataError(
            f"{len(shared)} speakers are in training and validation: {sorted(shared)[:3]}"
        )
    front_end = LogMel(config)
    noise, other = (
        [Stream(name, log_mel_of(front_end, samples)) for name, samples in recordings]
        for recordings in (noise_recordings(folder, "train"), other_recordings(folder, "train"))
    )
    return TrainingData(train, noise, other), val

"""The training data: Parquet shards of recordings and pictures, as log-mel arrays.

Every clip becomes one log-mel picture (``n_mels`` x frames, ln(power), float16), whether it was a
recording or only a picture was left of it. Decoding takes minutes, so the result is kept as
arrays in a cache folder and read back by memory map.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as parquet
import soundfile
import torch
from tqdm import tqdm

from kws_core.errors import DataError
from kws_core.features import LogMel, LogMelConfig
from kws_core.labels import LABELS, SILENCE
from kws_core.samples import list_samples

log = logging.getLogger(__name__)

SPEECH_FILES = {
    ("train", "audio"): "speech_commands_train.parquet",
    ("val", "audio"): "speech_commands_val.parquet",
    ("test_a", "audio"): "speech_commands_test_a.parquet",
}
PICTURE_FILE = "speech_commands_logmel.parquet"
NOISE_FILE = "background_noise.parquet"
OTHER_FILE = "other_words.parquet"
SYNTHETIC_FILE = "synthetic_words.parquet"

# A picture's grey level is 10 ln E + 146.5, E the mel power (fitted on clips kept as both).
PICTURE_SCALE = 10.0
PICTURE_OFFSET = 146.5
PICTURE_NOISE = 4.5 / PICTURE_SCALE  # what JPEG left of it: a residual of 4.5 grey levels, in ln E

HELD_OUT_SHARE = 0.3  # of noise and other words, kept for validation


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


def decode(audio: bytes, sample_rate: int) -> np.ndarray:
    """Decode one clip of a shard to float32 samples.

    Raises `DataError` if it is damaged or at another rate.
    """
    try:
        samples, rate = soundfile.read(io.BytesIO(audio), dtype="float32")
    except soundfile.SoundFileError as error:
        raise DataError(f"A clip can't be decoded ({error}): fetch the data again.") from error
    if rate != sample_rate:
        raise DataError(f"A clip is at {rate} Hz where {sample_rate} Hz were expected.")
    return np.asarray(samples)


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
    table = read_table(folder, SPEECH_FILES[split, "audio"], "audio", "word", "speaker")
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


def is_held_out(name: str) -> bool:
    """Say whether a noise or a speaker of other words is kept for validation (by its hash)."""
    digest = hashlib.sha1(name.encode(), usedforsecurity=False).digest()
    return digest[0] < 256 * HELD_OUT_SHARE


def noise_streams(folder: Path, split: str, config: LogMelConfig) -> list[Stream]:
    """Read background noise: of a minute-long recording the end is held out, of others a share."""
    table = read_table(folder, NOISE_FILE, "audio", "kind", "file")
    front_end = LogMel(config)
    streams = []
    columns = zip(table["audio"], table["kind"], table["file"], strict=True)
    for audio, kind, file in columns:
        samples = decode(audio, config.sample_rate)
        if len(samples) > 30 * config.sample_rate:
            cut = int(len(samples) * (1 - HELD_OUT_SHARE))
            samples = samples[:cut] if split == "train" else samples[cut:]
        elif is_held_out(str(file)) != (split == "val"):
            continue
        streams.append(Stream(str(kind), log_mel_of(front_end, samples)))
    return streams


def other_streams(folder: Path, split: str, config: LogMelConfig) -> list[Stream]:
    """Read people saying other words; no speaker is both trained on and held out."""
    table = read_table(folder, OTHER_FILE, "audio", "word", "speaker", "file")
    front_end = LogMel(config)
    streams = []
    columns = zip(table["audio"], table["word"], table["speaker"], table["file"], strict=True)
    for audio, word, speaker, file in columns:
        if is_held_out(str(speaker or file)) == (split == "val"):
            samples = decode(audio, config.sample_rate)
            streams.append(Stream(str(word), log_mel_of(front_end, samples)))
    return streams


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
    fingerprint = json.dumps([asdict(config), str(folder.resolve())], sort_keys=True)
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


# Words of which only about twenty recordings exist beside thousands of pictures: those recordings
# would teach that sound, as opposed to picture, is a sign of another word.
PICTURE_ONLY_WORDS = ("yes", "no", "on", "off")


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
    data = TrainingData(
        train, noise_streams(folder, "train", config), other_streams(folder, "train", config)
    )
    return data, val

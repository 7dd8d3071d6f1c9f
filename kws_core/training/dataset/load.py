"""The training data: recordings, pictures and synthetic voices, as log-mel arrays.

Every clip becomes one log-mel picture (``n_mels`` x frames, ln(power), float16), whether it was a
recording or only a picture was left of it. Decoding takes minutes, so the result is kept as
arrays in a cache folder and read back by memory map.
"""

from __future__ import annotations

import functools
import io
import operator
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from kws_core.errors import DataError
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.labels import LABELS, SILENCE
from kws_core.samples import list_samples
from kws_core.training.dataset.cache import cached
from kws_core.training.dataset.clips import Clips, Stream, digital_silence, gather_clips, log_mel_of
from kws_core.training.dataset.folders import cached_folder, cached_streams, cached_words, digest
from kws_core.training.dataset.more_sound import MoreSound
from kws_core.training.dataset.recordings import (
    FILES,
    DataKinds,
    fluent_recordings,
    kinds_to_use,
    noise_recordings,
    other_recordings,
    word_recordings,
)
from kws_core.training.dataset.shards import (
    KEPT_OUT,
    MORE_NOISE_FILE,
    MORE_WORDS_FILE,
    PICTURE_FILE,
    PICTURE_OFFSET,
    PICTURE_SCALE,
    SPEECH_FILES,
    SYNTHETIC_FILE,
    decode_word,
    picture_table,
    read_table,
    text_of,
)
from kws_core.training.dataset.speech_commands import find_folder, official_splits


@dataclass(frozen=True)
class TrainingData:
    """All that a model learns from: word clips, noise, and speech that is none of the words."""

    clips: Clips
    noise: list[Stream]
    other: list[Stream]
    more_speech: list[Stream] = field(default_factory=list)  # none of the words, as `other`
    fluent: list[Stream] = field(default_factory=list)  # English sentences, words among them


class DataSets(NamedTuple):
    """What to train on, what to validate on, and a few recordings to watch beside it.

    rare: recordings of training speakers that were kept out of training, or None.
    """

    training: TrainingData
    validation: Clips
    rare: Clips | None


# Files that a kind may have besides.
_MORE_FILES = {
    "audio": (MORE_WORDS_FILE,),
    "pictures": (MORE_WORDS_FILE,),
    "noise": (MORE_NOISE_FILE,),
}


def audio_clips(folder: Path, split: str, config: LogMelConfig) -> Clips:
    """Read the recordings of a split: train, val, test_a or kept_out."""
    recordings = word_recordings(folder, split)
    front_end = LogMel(config)
    rows = (
        (log_mel_of(front_end, samples), word, speaker)
        for samples, word, speaker in tqdm(recordings, f"{split} audio", len(recordings))
    )
    return gather_clips(rows, len(recordings), config, is_picture=False)


def picture_clips(folder: Path, split: str, config: LogMelConfig) -> Clips:
    """Read the clips of which only the log-mel picture is left: train or val.

    Raises `DataError` if the front end is not the one that the pictures were made with.
    """
    from PIL import Image

    if config != LogMelConfig():
        raise DataError("The log-mel pictures fit only the default front end: leave them out.")
    table = picture_table(folder, split, "jpeg", "speaker")
    n = len(table["word"])

    def rows() -> Iterator[tuple[np.ndarray, str, str]]:
        for i in tqdm(range(n), f"{split} pictures"):
            where = f"{PICTURE_FILE}: the picture of {table['utterance'][i]}"
            try:
                grey = np.asarray(Image.open(io.BytesIO(table["jpeg"][i] or b"")), np.float32)
            except (OSError, ValueError) as error:
                raise DataError(f"{where} can't be read. Fetch the file again.") from error
            if grey.ndim != 2 or grey.shape[1] != config.n_mels:
                raise DataError(
                    f"{where} is of shape {grey.shape}, where frames by {config.n_mels} bands were "
                    "expected. Fetch the file again."
                )
            picture = (grey.T - PICTURE_OFFSET) / PICTURE_SCALE  # (n_mels, frames)
            word = text_of(table["word"][i], "word", where)
            # Background noise belongs to no speaker.
            speaker = "" if word == SILENCE else text_of(table["speaker"][i], "speaker", where)
            yield picture.astype(np.float16), word, speaker

    return gather_clips(rows(), n, config, is_picture=True)


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
            where = f"Row {i} of {SYNTHETIC_FILE}"
            samples = decode_word(table["audio"][i], where)
            picture = log_mel_of(front_end, samples[: config.n_samples])
            voice = text_of(table["voice_id"][i], "voice_id", where)
            yield picture, text_of(table["word"][i], "word", where), f"synthetic-{voice}"

    return gather_clips(rows(), len(chosen), config, is_picture=False)


def _fingerprint(folder: Path, kind: str, split: str) -> list[object]:
    """Return facts that differ once a folder's clips of a kind have changed."""
    unpacked = find_folder(folder)
    if unpacked is not None:
        return [str(unpacked.resolve()), len(official_splits(unpacked)[split])]
    speech = SPEECH_FILES["train" if split == KEPT_OUT else split]
    files = (*((speech,) if kind == "audio" else FILES[kind]), *_MORE_FILES.get(kind, ()))
    paths = [folder / name for name in files]
    sizes = [path.stat().st_size if path.exists() else 0 for path in paths]
    voices = [sample.voice_id for sample in list_samples()]  # which are left out of synthetic
    return [str(folder.resolve()), files, sizes, voices if kind == "synthetic" else None]


def _key(folder: Path, kind: str, split: str, config: LogMelConfig) -> str:
    """Return what the arrays of these data are kept under in the cache."""
    facts = [asdict(config), *_fingerprint(folder, kind, split)]
    return f"{kind}-{split}-{digest(facts)}"


def _cached_clips(folder: Path, cache: Path, kind: str, split: str, config: LogMelConfig) -> Clips:
    readers: dict[str, Callable[[], Clips]] = {
        "audio": lambda: audio_clips(folder, split, config),
        "pictures": lambda: picture_clips(folder, split, config),
        "synthetic": lambda: synthetic_clips(folder, config),
    }
    key = _key(folder, kind, split, config)
    return Clips(**cached(cache, key, lambda: dict(vars(readers[kind]()))))


def _cached_streams(folder: Path, cache: Path, kind: str, config: LogMelConfig) -> list[Stream]:
    """Return the training part of the noise, of the other words or of the fluent speech."""
    readers = {
        "noise": noise_recordings,
        "other-words": other_recordings,
        "fluent": fluent_recordings,
    }
    key = _key(folder, kind, "train", config)
    return cached_streams(cache, key, config, lambda: readers[kind](folder, "train"))


def load_clips(
    folder: Path, cache: Path, split: str, config: LogMelConfig, kinds: DataKinds
) -> Clips:
    """Return the word clips of a split from recordings, pictures and synthetic voices.

    Raises `DataError` if a file is missing or damaged.
    """
    wanted = {
        "audio": kinds.audio,
        "pictures": kinds.pictures and split != "test_a",
        "synthetic": kinds.synthetic and split == "train",
    }
    parts = [_cached_clips(folder, cache, k, split, config) for k, want in wanted.items() if want]
    return functools.reduce(operator.add, parts)


def require_speakers_apart(training: Clips, validation: Clips) -> None:
    """Raise `DataError` if a speaker is in both; background noise belongs to no speaker."""
    words = training.target < LABELS.index(SILENCE)
    shared = set(training.speaker[words]) & set(validation.speaker)
    if shared:
        raise DataError(
            f"{len(shared)} speakers are in training and validation, such as "
            f"{', '.join(sorted(map(str, shared))[:3])}: every speaker belongs to one split."
        )


def load_training_data(
    folder: Path,
    cache: Path,
    config: LogMelConfig,
    kinds: DataKinds | None = None,
    more: MoreSound | None = None,
) -> DataSets:
    """Return what to train on, and the clips to validate on, of these kinds (all by default).

    Without noise, what stands for it has as much in every band. more: folders of sound to train
    on as well. Raises `DataError` if data are missing or damaged, or a speaker is in training and
    validation.
    """
    kinds = kinds_to_use(folder, kinds or DataKinds())
    train = load_clips(folder, cache, "train", config, kinds)
    kept_out = None
    if kinds.audio and find_folder(folder) is None:
        kept_out = _cached_clips(folder, cache, "audio", KEPT_OUT, config)
    validation = load_clips(folder, cache, "val", config, kinds)
    require_speakers_apart(train, validation)
    noise = _cached_streams(folder, cache, "noise", config) if kinds.noise else []
    other = _cached_streams(folder, cache, "other-words", config) if kinds.other_words else []
    more = more or MoreSound()
    if more.words is not None:
        train = train + cached_words(more.words, cache, config)
    noise += cached_folder(more.noise, cache, config)
    more_speech = cached_folder(more.speech, cache, config)
    fluent = _cached_streams(folder, cache, "fluent", config) if kinds.fluent else []
    noise = noise or [digital_silence(config)]
    training = TrainingData(train, noise, other, more_speech, fluent)
    return DataSets(training, validation, kept_out if kept_out else None)

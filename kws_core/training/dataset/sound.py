"""The training data as sound, for models that do not take a 40-band log-mel.

All words have to be learnt from all clips, but of half of them only a picture is left, and which
half depends on the word. A small network tells recordings from the sound of their own pictures
nine times in ten, so it could learn the kind as a sign of the word. So every clip of speech that
is trained on is the sound of a picture: recordings are made a picture first. As they were recorded
they are kept for validation.
"""

from __future__ import annotations

import functools
import hashlib
import json
import operator
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from tqdm import tqdm

from kws_core.audio.waveform import Samples
from kws_core.augment import inversion
from kws_core.features.front_ends import LogMel, LogMelConfig
from kws_core.features.raw_wave import RawWave
from kws_core.labels import LABELS, UNKNOWN
from kws_core.training.dataset import griffin_lim
from kws_core.training.dataset.cache import cached
from kws_core.training.dataset.clips import Clips, gather_clips, log_mel_of
from kws_core.training.dataset.griffin_lim import PictureSound
from kws_core.training.dataset.jpeg import pictured
from kws_core.training.dataset.load import load_training_data
from kws_core.training.dataset.recordings import (
    DataKinds,
    kinds_to_use,
    noise_recordings,
    other_recordings,
    word_recordings,
)
from kws_core.training.dataset.shards import KEPT_OUT
from kws_core.training.dataset.sound_clips import (
    ClipsThroughFrontEnd,
    SoundClips,
    SoundFrontEnd,
    as_int16,
)

_AT_ONCE = 32  # pictures; larger batches leave the processor's cache


@dataclass(frozen=True)
class SoundData:
    """All that a model learns from: words and other speech as clips, and recordings of noise."""

    clips: SoundClips
    noise: list[Samples]  # at 8 kHz


class SoundDataSets(NamedTuple):
    """As `kws_core.training.dataset.load.DataSets`, of sound."""

    training: SoundData
    validation: ClipsThroughFrontEnd
    rare: ClipsThroughFrontEnd | None


def sound_of_pictures(clips: Clips, config: LogMelConfig) -> SoundClips:
    """Return the sound of log-mel clips; see `kws_core.training.dataset.griffin_lim`."""
    to_sound = PictureSound(config)
    ends = (clips.length.astype(np.int64) - 1) * to_sound.hop_length + len(to_sound.window)
    rows: list[npt.NDArray[np.int16]] = []
    for start in tqdm(range(0, len(clips), _AT_ONCE), "sound of pictures"):
        log_mel = torch.from_numpy(np.array(clips.log_mel[start : start + _AT_ONCE])).float()
        length = torch.from_numpy(clips.length[start : start + _AT_ONCE].astype(np.int64))
        is_picture = torch.from_numpy(np.array(clips.is_picture[start : start + _AT_ONCE]))
        log_mel = torch.where(is_picture[:, None, None], log_mel, pictured(log_mel, length))
        sound = to_sound(log_mel, seed=start).numpy()
        for row, end in zip(as_int16(sound), ends[start : start + _AT_ONCE], strict=True):
            rows.append(_in_the_middle(row[:end], len(row)))
    return SoundClips(np.stack(rows), clips.target, clips.speaker, clips.is_picture)


def sound_of_recordings(samples: Iterable[Samples], clips: Clips) -> SoundClips:
    """Return what was recorded, at 8 kHz; `clips` says what each recording is."""
    to_wave = RawWave()
    n_samples = to_wave.config.n_samples
    rows = [
        as_int16(_at_wave_rate(to_wave, _in_the_middle(recording[:n_samples], n_samples)))
        for recording in samples
    ]
    return SoundClips(np.stack(rows), clips.target, clips.speaker, clips.is_picture)


def _in_the_middle(clip: np.ndarray, n_samples: int) -> np.ndarray:
    """Pad with digital silence on both sides alike."""
    before = (n_samples - len(clip)) // 2
    return np.pad(clip, (before, n_samples - len(clip) - before))


def _at_wave_rate(front_end: RawWave, samples: Samples) -> Samples:
    with torch.inference_mode():
        wave: Samples = front_end(torch.from_numpy(np.ascontiguousarray(samples))[None])[0].numpy()
    return wave


def other_speech(folder: Path, config: LogMelConfig) -> Clips:
    """Return other words as log-mel clips of at most a second; longer ones in pieces."""
    front_end = LogMel(config)
    half = config.n_samples // 2  # the pieces overlap, so that no word is only ever cut
    rows = [
        (log_mel_of(front_end, samples[start : start + config.n_samples]), UNKNOWN, name)
        for name, samples in other_recordings(folder, "train")
        for start in range(0, max(1, len(samples) - half), half)
    ]
    return gather_clips(rows, len(rows), config, is_picture=False)


def load_sound_training_data(
    folder: Path,
    cache: Path,
    front_end: SoundFrontEnd,
    labels: tuple[str, ...] = LABELS,
    kinds: DataKinds | None = None,
) -> SoundDataSets:
    """Return what to train on, what to validate on and what to watch, all as sound.

    labels: what the model can say; clips of anything else are left out. Otherwise as
    `kws_core.training.dataset.load.load_training_data`.
    """
    config = LogMelConfig()
    kinds = kinds_to_use(folder, kinds or DataKinds())
    words = replace(kinds, noise=False, other_words=False, fluent=False)
    pictures = load_training_data(folder, cache, config, words)
    parts = [
        _picture_sound(cache, kind, pictures.training.clips.select(rows), config)
        for kind, rows in _rows_of_kinds(pictures.training.clips).items()
        if rows.any()
    ]
    if kinds.other_words and UNKNOWN in labels:
        parts.append(_picture_sound(cache, "other", other_speech(folder, config), config))
    to_wave = RawWave()
    recordings = noise_recordings(folder, "train") if kinds.noise else ()
    noise = [_at_wave_rate(to_wave, samples) for _, samples in recordings]
    silence = np.zeros(to_wave.config.wave_rate, np.float32)  # where noise is not wanted
    clips = functools.reduce(operator.add, parts)
    validation = _validation_sound(folder, cache, pictures.validation, config)
    return SoundDataSets(
        SoundData(_said(clips, labels), noise or [silence]),
        ClipsThroughFrontEnd(_said(validation, labels), front_end),
        ClipsThroughFrontEnd(_recorded(folder, cache, KEPT_OUT, pictures.rare), front_end)
        if pictures.rare is not None
        else None,
    )


def _rows_of_kinds(clips: Clips) -> dict[str, np.ndarray]:
    """Tell recordings, pictures and synthetic voices apart, which are kept apart in the cache."""
    synthetic = np.char.startswith(clips.speaker.astype(str), "synthetic-")
    return {
        "audio": ~clips.is_picture & ~synthetic,
        "pictures": clips.is_picture,
        "synthetic": synthetic,
    }


def _validation_sound(folder: Path, cache: Path, clips: Clips, config: LogMelConfig) -> SoundClips:
    """Return recordings as they were recorded, and the sound of pictures."""
    pictures, recordings = clips.select(clips.is_picture), clips.select(~clips.is_picture)
    recorded = _recorded(folder, cache, "val", recordings)
    if not len(pictures):
        return recorded
    return recorded + _picture_sound(cache, "val-pictures", pictures, config)


def _said(clips: SoundClips, labels: tuple[str, ...]) -> SoundClips:
    """Return the clips of these labels."""
    return clips.select(np.isin(clips.target, [LABELS.index(label) for label in labels]))


def _picture_sound(cache: Path, kind: str, clips: Clips, config: LogMelConfig) -> SoundClips:
    law = [inversion.LEVEL_STEPS, griffin_lim.ITERATIONS, griffin_lim.MOMENTUM]
    key = _key(kind, clips, [asdict(config), law, "jpeg"])  # how recordings become pictures
    return SoundClips(**cached(cache, key, lambda: dict(vars(sound_of_pictures(clips, config)))))


def _recorded(folder: Path, cache: Path, split: str, clips: Clips) -> SoundClips:
    """Return the recordings of a split, of which `clips` are the log-mels."""

    def make() -> dict[str, np.ndarray]:
        recordings = tqdm(word_recordings(folder, split), f"{split} recordings")
        return dict(vars(sound_of_recordings((samples for samples, *_ in recordings), clips)))

    return SoundClips(**cached(cache, _key(f"recorded-{split}", clips, []), make))


def _key(kind: str, clips: Clips, facts: list[object]) -> str:
    """Return what the sound of these clips is kept under in the cache."""
    digest = hashlib.sha1(json.dumps(facts).encode(), usedforsecurity=False)
    for column in (clips.target, clips.length, clips.speaker, clips.log_mel):
        digest.update(np.ascontiguousarray(column).tobytes())
    return f"sound-{kind}-{digest.hexdigest()[:12]}"

"""Measure a saved model on the data folder: words, digits of other people, noise, false words."""

from __future__ import annotations

import datetime
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from kws_core.features import LogMelConfig
from kws_core.labels import LABELS
from kws_core.machine import processor
from kws_core.metrics import (
    accuracy,
    confusion_matrix,
    mean_over_words,
    reliability,
    top_confusions,
    wilson_interval,
    word_figures,
)
from kws_core.models.store import MODEL_FOLDER
from kws_core.recognizer import Recognizer
from kws_core.training.data import picture_clips
from kws_core.training.shards import (
    DIGITS_FILE,
    PICTURE_ONLY_WORDS,
    SPEECH_FILES,
    decode,
    long_noises,
    noise_recordings,
    other_recordings,
    read_table,
)
from kws_core.waveform import SAMPLE_RATE, Samples

SNRS_DB = (20, 10, 5, 0)

Scores = npt.NDArray[np.float32]


def evaluate(
    name: str, data: Path, split: str, model_folder: Path = MODEL_FOLDER
) -> dict[str, Any]:
    """Return all figures of a model on a split (val or test_a) as plain JSON values.

    Raises DataError if a file is missing. Recordings go the way of the app, through
    `Recognizer`; of pictures only the network is asked.
    """
    recognizer = Recognizer.load(name, model_folder)
    clips, targets = word_recordings(data, split)
    sound = classify_all(recognizer, clips)
    scores, all_targets = sound, targets
    has_pictures = split == "val" and recognizer.log_mel_config() == LogMelConfig()
    if has_pictures:
        pictures, picture_targets = _picture_scores(recognizer, data, split)
        scores = np.concatenate([sound, pictures])
        all_targets = np.concatenate([targets, picture_targets])
    is_picture = np.arange(len(scores)) >= len(sound)
    counts = confusion_matrix(scores, all_targets, len(LABELS))
    bins, calibration_error = reliability(scores, all_targets)
    return {
        "model": name,
        "weights_sha256": recognizer.card.sha256,
        "split": split,
        "date": datetime.date.today().isoformat(),
        "machine": processor(),
        "accuracy": asdict(accuracy(scores, all_targets)),
        "mean_over_words": mean_over_words(scores, all_targets),
        "recordings": asdict(accuracy(sound, targets)),
        "pictures": asdict(accuracy(pictures, picture_targets)) if has_pictures else None,
        "by_kind": _recall_by_kind(scores, all_targets, is_picture),
        "sound_of_picture_words": _sound_of_picture_words(recognizer, data),
        "words": [asdict(word) for word in word_figures(counts, LABELS) if word.n],
        "confusion": {"labels": list(LABELS), "counts": counts.tolist()},
        "top_confusions": top_confusions(counts, LABELS),
        "calibration": {"ece": calibration_error, "bins": [asdict(b) for b in bins]},
        "digits_of_other_speakers": _digits(recognizer, data),
        "noise": _noise(recognizer, data, clips, targets),
        "false_words": _false_words(recognizer, data),
    }


def word_recordings(data: Path, split: str) -> tuple[list[Samples], npt.NDArray[np.int64]]:
    """Decode the recordings of a split and their targets."""
    table = read_table(data, SPEECH_FILES[split])
    clips = [decode(audio) for audio in tqdm(table["audio"], f"{split} recordings")]
    return clips, np.array([LABELS.index(word) for word in table["word"]])


def classify_all(recognizer: Recognizer, clips: list[Samples], batch_size: int = 256) -> Scores:
    """Return posteriors ``(n, labels)`` of clips, in the order of the model's labels."""
    rows = []
    for start in tqdm(range(0, len(clips), batch_size), "classifying"):
        for prediction in recognizer.classify_batch(clips[start : start + batch_size], SAMPLE_RATE):
            rows.append([prediction.scores[label] for label in LABELS])
    return np.array(rows, dtype=np.float32)


def _picture_scores(
    recognizer: Recognizer, data: Path, split: str
) -> tuple[Scores, npt.NDArray[np.int64]]:
    clips = picture_clips(data, split, LogMelConfig())
    parts = [
        recognizer.posteriors_of_features(clips.log_mel[start : start + 256].astype(np.float32))
        for start in range(0, len(clips), 256)
    ]
    return np.concatenate(parts), clips.target.astype(np.int64)


def _recall_by_kind(
    scores: Scores, targets: npt.NDArray[np.int64], is_picture: npt.NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Compare the recall of words that exist both as sound and as picture: the first trap."""
    right = scores.argmax(axis=1) == targets
    rows = []
    for target in np.unique(targets):
        sound = right[(targets == target) & ~is_picture]
        picture = right[(targets == target) & is_picture]
        if len(sound) and len(picture):
            rows.append(
                {
                    "label": LABELS[target],
                    "sound": asdict(wilson_interval(int(sound.sum()), len(sound))),
                    "picture": asdict(wilson_interval(int(picture.sum()), len(picture))),
                }
            )
    return rows


def _sound_of_picture_words(recognizer: Recognizer, data: Path) -> dict[str, Any]:
    """Ask for the few recordings of words that were learnt from pictures: kept out of training."""
    table = read_table(data, SPEECH_FILES["train"])
    rows = [i for i, word in enumerate(table["word"]) if word in PICTURE_ONLY_WORDS]
    scores = classify_all(recognizer, [decode(table["audio"][i]) for i in rows])
    targets = np.array([LABELS.index(table["word"][i]) for i in rows])
    return asdict(accuracy(scores, targets))


def _digits(recognizer: Recognizer, data: Path) -> dict[str, Any]:
    """Ask for the digits of six speakers of another corpus, whom no model was trained on."""
    table = read_table(data, DIGITS_FILE)
    clips = [decode(audio)[:SAMPLE_RATE] for audio in table["audio"]]
    scores = classify_all(recognizer, clips)
    targets = np.array([LABELS.index(word) for word in table["word"]])
    speakers = np.array(table["speaker"])
    return asdict(accuracy(scores, targets)) | {
        "speakers": {
            str(speaker): float(
                accuracy(scores[speakers == speaker], targets[speakers == speaker]).value
            )
            for speaker in np.unique(speakers)
        }
    }


def mix(clip: Samples, noise: Samples, snr_db: float) -> Samples:
    """Add noise to a clip at a ratio of mean powers over the clip; both ``(n,)``."""
    power = float(np.mean(np.square(clip, dtype=np.float64)))
    noise_power = float(np.mean(np.square(noise, dtype=np.float64)))
    gain = np.sqrt(power / max(noise_power, 1e-12) / 10 ** (snr_db / 10))
    return np.asarray(clip + gain * noise, dtype=np.float32)


def _noise(
    recognizer: Recognizer,
    data: Path,
    clips: list[Samples],
    targets: npt.NDArray[np.int64],
) -> list[dict[str, Any]]:
    """Return the accuracy of the recordings in each long background noise, and in babble."""
    rng = np.random.default_rng(0)
    sounds = long_noises(data)
    sounds["babble"] = _babble(clips, rng)
    rows = []
    for kind, noise in sounds.items():
        for snr_db in SNRS_DB:
            starts = rng.integers(0, len(noise) - SAMPLE_RATE, len(clips))
            noisy = [
                mix(clip, noise[start : start + len(clip)], snr_db)
                for clip, start in zip(clips, starts, strict=True)
            ]
            share = accuracy(classify_all(recognizer, noisy), targets)
            rows.append({"noise": kind, "snr_db": snr_db, **asdict(share)})
    return rows


def _babble(clips: list[Samples], rng: np.random.Generator, voices: int = 8) -> Samples:
    """Return 20 s of eight people talking at once, from the clips themselves."""
    babble = np.zeros(20 * SAMPLE_RATE, dtype=np.float32)
    for _ in range(voices):
        order = rng.permutation(len(clips))[:30]
        voice = np.concatenate([clips[i] for i in order])[: len(babble)]
        babble[: len(voice)] += voice
    return babble


def _false_words(recognizer: Recognizer, data: Path) -> dict[str, Any]:
    """Count words found where there are none: held-out noise, and other people's other words."""
    result: dict[str, Any] = {}
    for kind, recordings in (
        ("noise", noise_recordings(data, "val")),
        ("other_speech", other_recordings(data, "val")),
    ):
        sounds = [samples for _, samples in recordings]
        found = [len(recognizer.find_words(sound, SAMPLE_RATE)) for sound in tqdm(sounds, kind)]
        hours = sum(len(sound) for sound in sounds) / SAMPLE_RATE / 3600
        result[kind] = {"words": sum(found), "hours": hours, "per_hour": sum(found) / hours}
    return result

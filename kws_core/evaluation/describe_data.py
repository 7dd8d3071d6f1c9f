"""Describe the data folder in figures, so that they can be shown where the data are not.

Aggregates, and the names of the clips that stand out; no sound and no picture of any clip.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.evaluation.clip_measures import MeasuredClips, measure_clips
from kws_core.evaluation.outliers import find_components, shapes
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.labels import WORDS
from kws_core.results.data_summary import QUANTILES, DataSummary
from kws_core.training.dataset.clips import Clips
from kws_core.training.dataset.load import load_clips
from kws_core.training.dataset.recordings import DataKinds
from kws_core.training.dataset.shards import SPEECH_FILES, picture_table

_DURATION_EDGES = np.round(np.arange(0.0, 1.0501, 0.05), 2)  # s
_LEVEL_EDGES = np.arange(-80.0, 0.1, 2.5)  # dBFS
_BAND_EDGES = np.arange(-64.0, 48.1, 2.0)  # dB
_N_LISTED = 20
_N_POINTS = 2000
_FRAMES_A_COLUMN = 2  # of the mean log-mels

_METHOD = (
    "Recordings and log-mel pictures of Speech Commands as they lie in the data folder. Level: RMS "
    "of a whole clip. Spectrum: mean power of Hann windows of 512 samples, every training "
    "recording scaled to the same total. Mean log-mel and levels per band: training clips, "
    "recordings and pictures, each in the middle of its second; a clip's level in a band is the "
    "mean over its own frames. Outliers: training and validation recordings and pictures; "
    "principal components of the log-mel in blocks of 140 ms, without its mean; Mahalanobis "
    "distance from the mean of the word."
)


def describe_data(data: Path, cache: Path) -> DataSummary:
    """Measure all clips of a data folder of Parquet files; decoded pictures come from `cache`.

    Raises `DataError` if a file is missing or damaged.
    """
    measured = {split: measure_clips(data, split) for split in SPEECH_FILES}
    of_split = [picture_table(data, split, "speaker") for split in ("train", "val")]
    pictures = {column: of_split[0][column] + of_split[1][column] for column in of_split[0]}
    kinds = DataKinds(synthetic=False)
    clips = {
        split: load_clips(data, cache, split, LogMelConfig(), kinds) for split in ("train", "val")
    }
    found = _find_outliers(clips, measured, pictures)
    words = _words_of(pictures)
    speakers = {split: _speakers(of, pictures, split) for split, of in measured.items()}
    train = clips["train"]
    spectrum = 10 * np.log10(np.maximum(measured["train"].spectrum, 1e-12))
    return DataSummary(
        figures={
            "date": datetime.date.today().isoformat(),
            "method": _METHOD,
            "splits": _splits(measured, words, speakers),
            "words": _counts(measured, words),
            "speakers": _shared_speakers(speakers),
            "duration": _histograms({k: m.seconds for k, m in measured.items()}, _DURATION_EDGES),
            "level": _histograms({k: m.level_db for k, m in measured.items()}, _LEVEL_EDGES),
            "by_word": _by_word(measured),
            "shortest": _listed(measured, "seconds"),
            "quietest": _listed(measured, "level_db"),
            "components": found["figures"],
        },
        mean_log_mel=_mean_log_mel(train),
        spectrum=spectrum.astype(np.float16),
        band_counts=_band_counts(train),
        band_edges=_BAND_EDGES.astype(np.float32),
        points=found["points"],
        point_word=found["point_word"],
        outlier_points=found["outlier_points"],
    )


def _words_of(pictures: Mapping[str, list[Any]]) -> dict[str, list[str]]:
    """Return the words of the pictures of each split; background noise is no word."""
    found: dict[str, list[str]] = {}
    for word, split in zip(pictures["word"], pictures["split"], strict=True):
        if word in WORDS:
            found.setdefault(str(split), []).append(str(word))
    return found


def _speakers(measured: MeasuredClips, pictures: Mapping[str, list[Any]], split: str) -> set[str]:
    rows = zip(pictures["speaker"], pictures["word"], pictures["split"], strict=True)
    pictured = {str(speaker) for speaker, word, of in rows if of == split and word in WORDS}
    return set(measured.speaker.tolist()) | pictured


def _splits(
    measured: Mapping[str, MeasuredClips],
    pictured: Mapping[str, list[str]],
    speakers: Mapping[str, set[str]],
) -> list[dict[str, Any]]:
    return [
        {
            "split": split,
            "recordings": len(clips),
            "pictures": len(pictured.get(split, [])),
            "speakers": len(speakers[split]),
            "hours": float(clips.seconds.sum()) / 3600,
        }
        for split, clips in measured.items()
    ]


def _counts(
    measured: Mapping[str, MeasuredClips], pictured: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    return [
        {
            "word": word,
            **{split: int((clips.word == i).sum()) for split, clips in measured.items()},
            **{f"{split}_pictures": words.count(word) for split, words in pictured.items()},
        }
        for i, word in enumerate(WORDS)
    ]


def _shared_speakers(of: Mapping[str, set[str]]) -> list[dict[str, Any]]:
    """Count the speakers that two splits share: it must be none."""
    return [{"splits": [a, b], "shared": len(of[a] & of[b])} for a, b in combinations(of, 2)]


def _histograms(
    values: Mapping[str, npt.NDArray[np.float64]], edges: npt.NDArray[np.float64]
) -> dict[str, Any]:
    counts = {k: np.histogram(np.clip(v, edges[0], edges[-1]), edges)[0] for k, v in values.items()}
    return {
        "edges": [round(float(edge), 3) for edge in edges],
        **{split: count.tolist() for split, count in counts.items()},
    }


def _by_word(measured: Mapping[str, MeasuredClips]) -> list[dict[str, Any]]:
    """Return quantiles of the length and the level of each word's recordings, of all splits."""
    word = np.concatenate([clips.word for clips in measured.values()])
    seconds = np.concatenate([clips.seconds for clips in measured.values()])
    level = np.concatenate([clips.level_db for clips in measured.values()])

    def quantiles(values: npt.NDArray[np.float64]) -> list[float]:
        return [round(float(q), 3) for q in np.quantile(values, QUANTILES)]

    return [
        {"word": WORDS[i], "seconds": quantiles(seconds[word == i]),
         "level_db": quantiles(level[word == i])}
        for i in np.unique(word)
    ]  # fmt: skip


def _listed(measured: Mapping[str, MeasuredClips], what: str) -> list[list[Any]]:
    """Return the training and validation recordings with the least of something."""
    rows = [
        (round(float(value), 3), WORDS[word], str(name), split)
        for split in ("train", "val")
        for value, word, name in zip(
            getattr(measured[split], what),
            measured[split].word,
            measured[split].utterance,
            strict=True,
        )
    ]
    return [list(row) for row in sorted(rows)[:_N_LISTED]]


def _mean_log_mel(clips: Clips) -> npt.NDArray[np.float16]:
    """Return each word's mean (words, bands, columns) in dB; of no clips, the floor."""
    config = LogMelConfig()
    total = np.zeros((len(WORDS), config.n_mels, config.n_frames))
    for start in range(0, len(clips), 1024):
        stop = min(start + 1024, len(clips))
        inputs = clips.inputs(start, stop).numpy()
        for row, target in enumerate(clips.target[start:stop]):
            if target < len(WORDS):
                total[target] += inputs[row]
    n = np.bincount(clips.target[clips.target < len(WORDS)], minlength=len(WORDS))
    mean = np.where(n[:, None, None] > 0, total / np.maximum(n, 1)[:, None, None], config.log_floor)
    columns = mean.reshape(len(WORDS), config.n_mels, -1, _FRAMES_A_COLUMN).mean(axis=3)
    return np.asarray(columns * LN_TO_DB, np.float16)


def _band_counts(clips: Clips) -> npt.NDArray[np.int32]:
    """Count recordings and pictures by their mean level in each band, over their own frames."""
    n_bands = clips.log_mel.shape[1]
    counts = np.zeros((2, n_bands, len(_BAND_EDGES) - 1), np.int32)
    frames = np.arange(clips.log_mel.shape[2])
    for start in range(0, len(clips), 1024):
        part = clips.log_mel[start : start + 1024].astype(np.float32)
        own = frames < clips.length[start : start + 1024, None, None]
        level = (part * own).sum(axis=2) / np.maximum(own.sum(axis=2), 1) * LN_TO_DB
        level = np.clip(level, _BAND_EDGES[0], _BAND_EDGES[-1])
        for kind in (0, 1):
            rows = level[clips.is_picture[start : start + 1024] == bool(kind)]
            for band in range(n_bands):
                counts[kind, band] += np.histogram(rows[:, band], _BAND_EDGES)[0].astype(np.int32)
    return counts


def _find_outliers(
    clips: Mapping[str, Clips],
    measured: Mapping[str, MeasuredClips],
    pictures: Mapping[str, list[Any]],
) -> dict[str, Any]:
    """Look for the clips farthest from their word, and draw some others to show beside them."""
    both = clips["train"] + clips["val"]
    names: list[str] = []
    splits: list[str] = []
    for split in ("train", "val"):
        pairs = zip(pictures["utterance"], pictures["split"], strict=True)
        recorded = measured[split].utterance.tolist()
        pictured = [str(utterance) for utterance, of in pairs if of == split]
        names += recorded + pictured
        splits += [split] * (len(recorded) + len(pictured))
    words = both.target < len(WORDS)
    x = shapes(both)[words]
    name, of_split = np.array(names)[words], np.array(splits)[words]
    target, is_picture = both.target[words], both.is_picture[words]
    components = find_components(x, target)
    farthest = np.argsort(-components.distance, kind="stable")[:_N_LISTED]
    shown = np.sort(np.random.default_rng(0).permutation(len(x))[:_N_POINTS])
    return {
        "figures": {
            "explained": [round(float(share), 4) for share in components.explained],
            "median_distance": round(float(np.median(components.distance)), 2),
            "outliers": [
                [
                    round(float(components.distance[i]), 2),
                    WORDS[target[i]],
                    str(name[i]),
                    str(of_split[i]),
                    "picture" if is_picture[i] else "recording",
                ]
                for i in farthest
            ],
        },
        "points": components.points[shown, :2].astype(np.float16),
        "point_word": target[shown].astype(np.uint8),
        "outlier_points": components.points[farthest, :2].astype(np.float16),
    }

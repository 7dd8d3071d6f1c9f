"""Small results, as an evaluation leaves them behind, made up for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kws_core.labels import LABELS, WORDS
from kws_core.models.embeddings import EmbeddingMap
from kws_core.models.store import MODEL_FOLDER, read_card
from kws_core.results.data_summary import DataSummary, save_data_summary
from kws_core.results.metrics import wilson_interval
from kws_core.results.scores import figures_of
from kws_core.results.store import RESULTS_FORMAT, save_results
from kws_core.results.stream_store import STREAM_FORMAT, save_stream_figures
from kws_core.results.teaching_store import save_teaching_figures
from tests.helpers.clip_scores import random_scores

MODEL = "ds-resnet"


def share(right: int, n: int) -> dict[str, Any]:
    return vars(wilson_interval(right, n))


def made_conditions() -> dict[str, Any]:
    return {
        "method": "Made up.",
        "n": 100,
        "clean": share(95, 100),
        "noise": [
            {"noise": kind, "snr_db": snr, **share(60 + 2 * snr + less, 100)}
            for kind, less in (("babble", -9), ("white_noise", 0))
            for snr in (10, 0)
        ],
        "bandwidth": [{"sample_rate": 8000, **share(90, 100)}],
        "level": [{"gain_db": -10, **share(94, 100)}],
        "shift": [{"seconds": s, **share(90 - int(100 * abs(s)), 100)} for s in (-0.2, 0, 0.1)],
    }


def made_figures(model: str = MODEL, split: str = "val", sha256: str = "") -> dict[str, Any]:
    """Figures of 300 random clips, and of conditions that are easy to check."""
    return {
        "format": RESULTS_FORMAT,
        "model": model,
        "weights_sha256": sha256,
        "split": split,
        "date": "2026-11-24",
        **figures_of(random_scores()),
        "sound_of_picture_words": {**share(9, 10), "words": {"no": share(9, 10)}},
        "digits_of_other_speakers": {
            **share(150, 200),
            "speakers": {"anna": share(95, 100), "ben": share(55, 100)},
        },
        "conditions": made_conditions(),
        "false_words": {
            "per_hour": {"other_speech": {"per_hour": 120.0, "count": 60, "hours": 0.5}}
        },
        "cost": {
            "bytes": 400_000,
            "parameters": 97_661,
            "macs": 5_000_000,
            "machine": "a machine",
            "latency_ms": {"p50": 6.0},
        },
    }  # fmt: skip


def made_stream(model: str = MODEL, split: str = "val") -> dict[str, Any]:
    curve = [
        {
            "threshold": t,
            "missed": t / 2,
            "wrong": 0.01,
            "per_hour": 10 * (1 - t),
            "fluent_per_hour": 20 * (1 - t),
            "by_snr": [{"snr_db": None, "missed": t / 4, "wrong": 0.0}],
        }
        for t in (0.2, 0.5, 0.8, 1.0)
    ]
    point = {
        "threshold": 0.8,
        "target": None,
        "missed": share(40, 100),
        "by_snr": [{"snr_db": None, "missed": share(20, 100)}],
        "wrong": share(1, 100),
        "false_alarms": {"per_hour": 2.0, "low": 1.0, "high": 4.0},
        "fluent": {"false_alarms": {"per_hour": 5.0, "low": 3.0, "high": 8.0}},
        "latency": {"median": 0.2, "p95": 0.4},
    }
    return {
        "format": STREAM_FORMAT,
        "model": model,
        "split": split,
        "date": "2026-11-24",
        "method": "Made up.",
        "tolerance": 0.3,
        "hours": {"words": 1.0, "counted": 0.5},
        "curve": curve,
        "operating_points": [point],
    }


def made_teaching() -> dict[str, Any]:
    def spread(mean: float) -> dict[str, float]:
        return {"mean": mean, "spread": 0.1}

    def row(takes: int, people: int, own: float | None, others: float) -> dict[str, Any]:
        names = {
            "own_found_at_1": own and own - 0.1,
            "own_found_at_5": own,
            "own_named": own and 1.0,
            "others_found_at_1": others - 0.1,
            "others_found_at_5": others,
            "others_named": {0.2: 0.7, 0.4: 0.8, 0.6: 0.9}[others],
        }
        shares = {name: spread(mean) for name, mean in names.items() if mean is not None}
        return {"takes": takes, "people": people, **shares}

    return {
        "network": MODEL,
        "weights_sha256": "",
        "date": "2026-11-24",
        "words": ["lamp", "kettle"],
        "people": 7,
        "draws": 3,
        "fluent_hours": 0.5,
        "figures": [row(1, 1, 0.8, 0.2), row(5, 1, 0.95, 0.4), row(5, 5, None, 0.6)],
        "known_words": {"model": MODEL, "n": 100, "words_taught": 2, "before": 0.95, "after": 0.94},
    }


def made_summary() -> DataSummary:
    rng = np.random.default_rng(0)
    quantiles = [0.4, 0.9, 1.0, 1.0, 1.0]
    return DataSummary(
        {
            "date": "2026-11-24",
            "method": "Made up.",
            "splits": [
                {"split": s, "recordings": 70, "pictures": 0, "speakers": 7, "hours": 0.02}
                for s in ("train", "val", "test_a")
            ],
            "words": [{"word": w, "train": 2, "val": 2, "test_a": 2} for w in WORDS],
            "speakers": [{"splits": ["train", "val"], "shared": 0}],
            "duration": {"edges": [0.0, 0.5, 1.0], "train": [1, 69], "val": [0, 70]},
            "level": {"edges": [-60.0, -30.0, 0.0], "train": [30, 40], "val": [20, 50]},
            "by_word": [{"word": w, "seconds": quantiles, "level_db": [-40, -30, -25, -20, -10]}
                        for w in WORDS],
            "shortest": [[0.4, "yes", "aa_nohash_0", "train"]],
            "quietest": [[-70.0, "no", "bb_nohash_0", "val"]],
            "components": {
                "explained": [0.4, 0.2],
                "median_distance": 3.0,
                "outliers": [[9.0, "up", f"cc_nohash_{i}", "train", "picture"] for i in (0, 1)],
            },
        },
        rng.normal(-30, 5, (35, 40, 49)).astype(np.float16),
        rng.normal(-30, 5, (35, 257)).astype(np.float16),
        rng.integers(0, 9, (2, 40, 8)).astype(np.int32),
        np.linspace(-60, 20, 9).astype(np.float32),
        rng.normal(size=(20, 2)).astype(np.float16),
        np.arange(20).astype(np.uint8),
        rng.normal(size=(2, 2)).astype(np.float16),
    )  # fmt: skip


def made_map(n_embedding: int = 128) -> EmbeddingMap:
    """A map of every other one of 240 clips, the places of which are the embeddings' first axes."""
    rng = np.random.default_rng(1)
    points = rng.normal(size=(120, 16))
    return EmbeddingMap(
        rows=np.arange(0, 240, 2).astype(np.int32),
        points=points.astype(np.float16),
        neighbours=(10 * points[:, :2]).astype(np.float16),
        mean=np.zeros(n_embedding, np.float32),
        axes=np.eye(16, n_embedding, dtype=np.float32),
        explained=np.full(16, 1 / 20, np.float32),
    )


def write_results(folder: Path) -> Path:
    """Everything that the Models page can show of the shipped model, made up."""
    card = read_card(MODEL_FOLDER, MODEL)
    scores = random_scores(labels=LABELS)
    save_results(folder, made_figures(sha256=card.sha256), scores, made_map())
    save_stream_figures(folder, made_stream())
    save_teaching_figures(folder, made_teaching())
    save_data_summary(folder, made_summary())
    return folder

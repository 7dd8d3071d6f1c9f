"""Figures of a detector on streams, as `evaluate-stream` saves them, made up for the tests."""

from __future__ import annotations

from typing import Any

from kws_core.results.stream_store import STREAM_FORMAT

FIGURES: dict[str, Any] = {
    "format": STREAM_FORMAT,
    "model": "toy",
    "split": "val",
    "weights_sha256": "abc",
    "detector": {"smoothing": 0.24, "refractory": 0.3},
    "words": {"quiet": 60, "10": 40},
    "hours": {"counted": 1.5},
    "curve": [
        {"threshold": 0.9, "missed": 0.2, "per_hour": 0.0},
        {"threshold": 0.5, "missed": 0.1, "per_hour": 8.0},
    ],
}

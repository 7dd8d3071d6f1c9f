"""Figures of a detector on streams, as `evaluate-stream` saves them, made up for the tests."""

from __future__ import annotations

from typing import Any

from kws_core.results.stream_store import STREAM_FORMAT
from kws_core.spotting import DetectorSettings

FIGURES: dict[str, Any] = {
    "format": STREAM_FORMAT,
    "model": "toy",
    "split": "val",
    "weights_sha256": "abc",
    "detector": {"alone": True, "smoothing": DetectorSettings().smoothing, "refractory": 0.3},
    "words": {"quiet": 60, "10": 40},
    "hours": {"counted": 1.5},
    "curve": [
        {
            "threshold": threshold,
            "missed": quiet + 0.15,
            "per_hour": per_hour,
            "by_snr": [{"snr_db": None, "missed": quiet}, {"snr_db": 10, "missed": quiet + 0.3}],
        }
        for threshold, quiet, per_hour in ((0.9, 0.2, 0.0), (0.5, 0.1, 8.0))
    ],
}

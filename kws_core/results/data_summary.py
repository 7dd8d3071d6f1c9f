"""What the data are like, in figures: ``data.json`` and ``data.npz`` among the results.

Written by ``python -m kws_core describe-data``; the clips themselves are not in it.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.errors import DataError
from kws_core.results.store import RESULTS_FOLDER, write_figures

SUMMARY_FORMAT = 1
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_JSON, _NPZ = "data.json", "data.npz"


@dataclass(frozen=True, eq=False)
class DataSummary:
    """Aggregates of all clips of a data folder; words in the order of `kws_core.labels.WORDS`.

    figures: counts, speakers, durations and levels, as JSON values (see
    `kws_core.evaluation.describe_data`). mean_log_mel: (words, bands, frames), dB. spectrum:
    (words, bins), the mean power spectrum in dB, each clip counting alike. band_counts:
    (2, bands, levels), how many recordings and how many pictures have that mean level in a band;
    band_edges: (levels + 1,), dB. points: (k, 2), the principal components of some clips;
    point_word: (k,), their words; outlier_points: (m, 2), those of the outliers.
    """

    figures: dict[str, Any]
    mean_log_mel: npt.NDArray[np.float16]
    spectrum: npt.NDArray[np.float16]
    band_counts: npt.NDArray[np.int32]
    band_edges: npt.NDArray[np.float32]
    points: npt.NDArray[np.float16]
    point_word: npt.NDArray[np.uint8]
    outlier_points: npt.NDArray[np.float16]


_ARRAYS = tuple(field.name for field in fields(DataSummary) if field.name != "figures")


def save_data_summary(folder: Path, summary: DataSummary) -> Path:
    """Write a summary, and return the path of its figures."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / _NPZ, **{name: getattr(summary, name) for name in _ARRAYS})
    return write_figures(folder / _JSON, {"format": SUMMARY_FORMAT, **summary.figures})


def load_data_summary(folder: Path = RESULTS_FOLDER) -> DataSummary | None:
    """Return the summary in a folder, None if there is none; raises `DataError` if damaged."""
    path = folder / _JSON
    if not path.is_file():
        return None
    try:
        figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if figures["format"] != SUMMARY_FORMAT:
            raise ValueError(f"its format is {figures['format']}, not {SUMMARY_FORMAT}")
        with np.load(folder / _NPZ, allow_pickle=False) as file:
            return DataSummary(figures, **{name: file[name] for name in _ARRAYS})
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"The summary of the data in {folder} can't be read ({error}): make it again with "
            "python -m kws_core describe-data."
        ) from error

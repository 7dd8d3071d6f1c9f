"""What evaluations left behind, read once per server and again when a file has changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import streamlit as st

from kws_core.errors import DataError
from kws_core.models import ModelCard
from kws_core.models.embeddings import EmbeddingMap
from kws_core.models.store import MODEL_FOLDER, read_card
from kws_core.report.comparison import Row, headline_of, rows_of
from kws_core.report.literature import Task
from kws_core.report.notebook import ROWS
from kws_core.results.data_summary import DataSummary, load_data_summary
from kws_core.results.scores import ClipScores
from kws_core.results.store import (
    RESULTS_FOLDER,
    available_results,
    load_figures,
    load_map,
    load_scores,
)
from kws_core.results.stream_store import available_stream_results, load_stream_figures
from kws_core.results.teaching_store import has_teaching_figures, load_teaching_figures
from kws_core.spotting.recognizer import DEFAULT_MODEL

T = TypeVar("T")

_KEPT: Final = 24  # figures, scores and maps of a few models on two splits


def splits(model: str) -> tuple[str, ...]:
    """The splits that a model was evaluated on, the test speakers first."""
    return tuple(split for name, split in available_results(RESULTS_FOLDER) if name == model)


def headline() -> str:
    """One sentence on the default model; empty where its results are missing or damaged."""
    try:
        return headline_of(figures(DEFAULT_MODEL, splits(DEFAULT_MODEL)[0]))
    except (DataError, IndexError):  # the sections that need them say what is wrong
        return ""


def comparison(task: Task) -> list[Row]:
    """The rows of the comparison on a task; raises DataError if results are damaged."""
    return rows_of(task, RESULTS_FOLDER) + (list(ROWS) if task == "35" else [])


def figures(model: str, split: str) -> dict[str, Any]:
    """The figures of an evaluation; raises DataError if they are damaged."""
    return _read(load_figures, f"{model}-{split}.json", model, split)


def scores(model: str, split: str) -> ClipScores:
    """The scores of all clips of an evaluation; raises DataError if they are damaged."""
    return _read(load_scores, f"{model}-{split}.npz", model, split)


def word_map(model: str, split: str) -> EmbeddingMap | None:
    """The map of words, None if the evaluation has none; raises DataError if it is damaged."""
    return _read(load_map, f"{model}-{split}-map.npz", model, split)


def stream_splits(model: str) -> tuple[str, ...]:
    """The splits on which the live detector was measured with a model."""
    return tuple(split for name, split in available_stream_results(RESULTS_FOLDER) if name == model)


def stream_figures(model: str, split: str) -> dict[str, Any]:
    """The figures of the live detector; raises DataError if they are damaged."""
    return load_stream_figures(RESULTS_FOLDER, model, split)


def teaching_figures() -> dict[str, Any] | None:
    """The figures of taught words, None without any; raises DataError if they are damaged."""
    if not has_teaching_figures(RESULTS_FOLDER):
        return None
    return load_teaching_figures(RESULTS_FOLDER)


def data_summary() -> DataSummary | None:
    """What the data are like, None if that was not written down; raises DataError."""
    return _read(load_data_summary, "data.json")


def card(model: str) -> ModelCard:
    """A model's card; raises UnknownModelError or DamagedModelError."""
    return read_card(MODEL_FOLDER, model)


def weights_path(model: str) -> Path:
    """Where a model's weights are."""
    return MODEL_FOLDER / f"{model}.safetensors"


def _read(load: Callable[..., T], name: str, *of: str) -> T:
    """Return what a loader makes of a file of results, read again when the file has changed."""
    path = RESULTS_FOLDER / name
    version = path.stat().st_mtime_ns if path.is_file() else 0
    found: T = _loaded(load, path, version, of)
    return found


# What comes back is only read. The file and its version tell one result from another.
@st.cache_resource(max_entries=_KEPT, show_spinner=False)
def _loaded(_load: Callable[..., Any], path: Path, version: int, of: tuple[str, ...]) -> Any:
    return _load(path.parent, *of)

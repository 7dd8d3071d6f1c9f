"""What an evaluation leaves behind: figures as JSON, and the scores of every clip.

``MODEL-SPLIT.json`` has the figures, ``MODEL-SPLIT.npz`` the scores that most of them follow from
(`kws_core.results.scores`), and ``MODEL-SPLIT-map.npz`` the map of words
(`kws_core.models.embeddings`).
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from kws_core.errors import DataError
from kws_core.models.embeddings import EmbeddingMap
from kws_core.models.store import MODEL_FOLDER
from kws_core.results.scores import ClipScores

RESULTS_FOLDER = MODEL_FOLDER.parent / "results"
PEOPLE = {"val": "validation speakers", "test_a": "test speakers"}  # by split
SPLITS = tuple(PEOPLE)
RESULTS_FORMAT = 2
_COMMAND = "evaluate"

_SCORES = ("log_posteriors", "target", "utterance", "is_picture", "in_twelve", "silence")


def available_results(folder: Path = RESULTS_FOLDER) -> list[tuple[str, str]]:
    """Return (model, split) of every evaluation in a folder, sorted."""
    return sorted(
        (path.stem.removesuffix(f"-{split}"), split)
        for split in SPLITS
        for path in folder.glob(f"*-{split}.json")
        if not path.stem.endswith(f"-stream-{split}")  # `kws_core.results.stream_store` reads those
    )


def save_results(
    folder: Path, figures: dict[str, Any], scores: ClipScores, word_map: EmbeddingMap | None
) -> Path:
    """Write an evaluation and return the path of its figures."""
    folder.mkdir(parents=True, exist_ok=True)
    model, split = figures["model"], figures["split"]
    arrays = {name: getattr(scores, name) for name in _SCORES} | {
        "target": scores.target.astype(np.uint8),
        "utterance": np.char.encode(scores.utterance, "utf-8"),
        "labels": np.array(scores.labels),
    }
    np.savez_compressed(_scores_path(folder, model, split), **arrays)
    map_path = _map_path(folder, model, split)
    map_path.unlink(missing_ok=True)  # that of an earlier evaluation
    if word_map is not None:
        np.savez_compressed(map_path, **vars(word_map))
    return write_figures(_figures_path(folder, model, split), figures)


def load_figures(folder: Path, model: str, split: str) -> dict[str, Any]:
    """Return the figures of an evaluation; raises `DataError` if there are none."""
    return read_figures(_figures_path(folder, model, split), RESULTS_FORMAT, _COMMAND)


def load_scores(folder: Path, model: str, split: str) -> ClipScores:
    """Return the scores of an evaluation; raises `DataError` if there are none."""
    arrays = _load_arrays(_scores_path(folder, model, split), (*_SCORES, "labels"))
    arrays["labels"] = tuple(arrays["labels"].tolist())
    arrays["target"] = arrays["target"].astype(np.int64)
    arrays["utterance"] = np.char.decode(arrays["utterance"], "utf-8")
    return ClipScores(**arrays)


def load_map(folder: Path, model: str, split: str) -> EmbeddingMap | None:
    """Return the map of words of an evaluation, None if it was made without one.

    Raises `DataError` if it is damaged.
    """
    path = _map_path(folder, model, split)
    names = tuple(field.name for field in fields(EmbeddingMap))
    return EmbeddingMap(**_load_arrays(path, names)) if path.is_file() else None


def write_figures(path: Path, figures: dict[str, Any]) -> Path:
    """Write figures into a file, and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(as_json(figures), encoding="utf-8")
    return path


def read_figures(path: Path, results_format: int, command: str) -> dict[str, Any]:
    """Return the figures of a file; raises `DataError` if they can't be read or are older.

    command: of this package, that makes them.
    """
    try:
        figures: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = figures.get("format", 1)
        if found != results_format:
            raise ValueError(f"its format is {found}, not {results_format}")
    except (OSError, ValueError, AttributeError) as error:
        raise _unreadable(path, error, command) from error
    return figures


def as_json(figures: dict[str, Any]) -> str:
    """Return JSON for people: a value a line, but a list of plain values on one line."""
    text = json.dumps(figures, indent=1, allow_nan=False)
    rows = re.compile(r"\[\s+([^\[\]{}]*?)\s+\]")
    return rows.sub(lambda row: "[" + re.sub(r"\s*\n\s*", " ", row[1]) + "]", text) + "\n"


def _load_arrays(path: Path, names: tuple[str, ...]) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in names}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise _unreadable(path, error, _COMMAND) from error


def _figures_path(folder: Path, model: str, split: str) -> Path:
    return folder / f"{model}-{split}.json"


def _scores_path(folder: Path, model: str, split: str) -> Path:
    return folder / f"{model}-{split}.npz"


def _map_path(folder: Path, model: str, split: str) -> Path:
    return folder / f"{model}-{split}-map.npz"


def _unreadable(path: Path, error: Exception, command: str) -> DataError:
    return DataError(
        f"{path.name} in {path.parent} can't be read ({error}): measure the model again with "
        f"{command}."
    )

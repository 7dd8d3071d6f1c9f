"""A file of taught words: tensors and a JSON header (safetensors), no sound and no code."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors
from safetensors.numpy import load, save

from kws_core.errors import KwsError, TeachingError
from kws_core.models import load_model
from kws_core.models.store import MODEL_FOLDER, LoadedModel
from kws_core.teaching import embedding
from kws_core.teaching.head import Head, Space
from kws_core.teaching.lesson import Lesson
from kws_core.teaching.names import check_names
from kws_core.teaching.report import WordReport

if TYPE_CHECKING:
    from kws_core.teaching.taught import TaughtRecognizer

FORMAT = 2
MAX_BYTES = 4 * 2**20
_KIND = "kws_taught_words"
_MOST_NUMBERS = 2**20  # of one tensor
_LARGEST = 1e6  # no weight is nearly as large


def taught_bytes(taught: TaughtRecognizer) -> bytes:
    """Return what a file of the taught words holds."""
    head = taught.lesson.head
    header = {
        "format": FORMAT,
        "model": taught.card.name,
        "network": embedding.network().card.name,
        "sha256": embedding.network().card.sha256,
        "only": taught.only,
        "words": list(head.words),
        "reports": [_as_json(report) for report in taught.report],
    }
    tensors = {
        "mean": head.space.mean,
        "turn": head.space.turn,
        "weights": head.weights,
        "bias": head.bias,
        "threshold": head.threshold,
    } | {
        f"{name}_{i}": np.asarray(getattr(report, name), np.float32)
        for i, report in enumerate(taught.report)
        for name in ("left_out", "heard")
    }
    contiguous = {name: np.ascontiguousarray(rows, np.float32) for name, rows in tensors.items()}
    content: bytes = save(contiguous, {_KIND: json.dumps(header)})
    return content


def write_taught(path: Path, taught: TaughtRecognizer) -> None:
    """Write the taught words whole or not at all; raises TeachingError."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_bytes(taught_bytes(taught))
        partial.replace(path)
    except OSError as error:
        raise TeachingError(f"{path} can't be written: {error}.") from error


def load_taught(path: Path, folder: Path = MODEL_FOLDER) -> TaughtRecognizer:
    """Load taught words from a file; as `Recognizer.load_taught`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unusable("it is larger than any file of taught words")
        content = path.read_bytes()
    except OSError as error:
        raise TeachingError(f"{path} can't be read: {error}.") from error
    return taught_from(content, folder)


def taught_from(content: bytes, folder: Path = MODEL_FOLDER) -> TaughtRecognizer:
    """Return the recogniser that the bytes of a file of taught words describe.

    Raises TeachingError if they can't be used, the model is not there, or the network that they
    were taught on is another one by now.
    """
    from kws_core.teaching.taught import TaughtRecognizer

    if len(content) > MAX_BYTES:
        raise _unusable("it is larger than any file of taught words")
    header = _header(content)
    if header.get("format") != FORMAT:
        raise TeachingError(
            f"This file of taught words has format {str(header.get('format'))[:20]!r}, and this "
            f"version reads {FORMAT}: update this program, or teach the words again."
        )
    model = _model(header, folder)
    try:
        tensors = load(content)
        words = check_names(tuple(header["words"]), () if header["only"] else model.card.labels)
        head = _head(words, tensors)
        reports = tuple(
            WordReport(
                **fields | {"word": word, "threshold": float(head.threshold[i])},
                left_out=_finite(tensors[f"left_out_{i}"]).astype(np.float64),
                heard=_finite(tensors[f"heard_{i}"]).astype(np.float64),
            )
            for i, (word, fields) in enumerate(
                zip(words, map(_report_fields, header["reports"]), strict=True)
            )
        )
    except (ValueError, KeyError, TypeError, AttributeError, safetensors.SafetensorError) as error:
        raise _unusable(str(error)) from error
    return TaughtRecognizer(model, Lesson(head, reports), only=bool(header["only"]))


def _unusable(why: str) -> TeachingError:
    return TeachingError(
        f"This is no file of taught words that can be used ({why[:200]}). Save it again, or teach "
        "the words again."
    )


def _header(content: bytes) -> dict[str, Any]:
    """Return the JSON header, of which safetensors gives only the tensors from bytes."""
    try:
        length = int.from_bytes(content[:8], "little")
        outer = json.loads(content[8 : 8 + length])
        header = json.loads(outer["__metadata__"][_KIND])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _unusable("it is another kind of file, or its beginning is damaged") from error
    if not isinstance(header, dict):
        raise _unusable("its header is damaged")
    return header


def _model(header: dict[str, Any], folder: Path) -> LoadedModel:
    name = str(header.get("model"))[:80]
    try:
        model = load_model(name, folder)
    except KwsError as error:
        raise TeachingError(
            f"These words were taught beside those of the model {name!r}, which can't be used "
            f"here: {error}"
        ) from error
    network = embedding.network().card
    if (header.get("network"), header.get("sha256")) != (network.name, network.sha256):
        raise TeachingError(
            f"These words were taught on another version of the network {network.name!r}: teach "
            "them again."
        )
    return model


def _head(words: tuple[str, ...], tensors: dict[str, Any]) -> Head:
    mean, turn, weights, bias, threshold = (
        _finite(tensors[name]) for name in ("mean", "turn", "weights", "bias", "threshold")
    )
    n, m, k = len(mean), turn.shape[-1], len(words)
    shapes = [rows.shape for rows in (mean, turn, weights, bias, threshold)]
    if shapes != [(n,), (n, m), (m, k), (k,), (k,)]:
        raise ValueError(f"its parts have the shapes {shapes}")
    return Head(words, Space(mean, turn), weights, bias, threshold)


def _finite(rows: Any) -> Any:
    if rows.dtype != np.float32 or rows.size > _MOST_NUMBERS:
        raise ValueError("its numbers are of another kind, or too many")
    if not np.isfinite(rows).all() or np.abs(rows).max(initial=0.0) > _LARGEST:
        raise ValueError("some of its numbers are out of all bounds")
    return rows


def _as_json(report: WordReport) -> dict[str, Any]:
    return {
        "takes": report.takes,
        "repeated": report.repeated,
        "hours": report.hours,
        "nearest": report.nearest,
        "likeness": report.likeness,
    }


def _report_fields(fields: dict[str, Any]) -> dict[str, Any]:
    hours = float(fields["hours"])
    if not 0 < hours < math.inf:
        raise ValueError(f"false alarms in {hours} hours")
    return {
        "takes": int(fields["takes"]),
        "repeated": int(fields["repeated"]),
        "hours": hours,
        "nearest": str(fields["nearest"])[:80],
        "likeness": float(fields["likeness"]),
    }

"""The bank: what else a microphone hears, as embeddings of one network, to tell new words from.

It holds windows of fluent speech, of the known words, of noise and of cut words to fit against,
and windows of other people's speech to count false alarms in. Values are kept in a byte each, and
no sound can be made of them. ``python -m kws_core.evaluation.make_bank --data DATA`` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors
from safetensors.numpy import save

from kws_core.errors import TeachingError
from kws_core.models import ModelCard
from kws_core.models.embeddings import Embeddings
from kws_core.shipped import ASSETS

BANK_FOLDER = ASSETS / "teaching"
_FORMAT = 2
_CLIPPED_SHARE = 99.95  # percentile of each dimension that the largest byte stands for


@dataclass(frozen=True, eq=False)
class Bank:
    """Embeddings of a network by the hash of its weights.

    They are kept as their places on `axes` (n_embedding, n), the principal ones, from `mean`
    (n_embedding,): all other rows are (rows, n).

    others: of everything that is none of the words. words: of the known words, and which of
    `labels` each is (n,). spoken: of the known words by other people, to count in, and which
    each is. heard: of a stream of other people's speech, every 80 ms, wherever the sound stands
    alone as a command does; runs: lengths of its unbroken pieces; hours: how much speech it was
    taken from.
    """

    model: str
    sha256: str
    labels: tuple[str, ...]
    mean: Embeddings
    axes: Embeddings
    others: Embeddings
    words: Embeddings
    which: npt.NDArray[np.int64]
    spoken: Embeddings
    spoken_which: npt.NDArray[np.int64]
    heard: Embeddings
    runs: npt.NDArray[np.int64]
    hours: float

    def place(self, embeddings: Embeddings) -> Embeddings:
        """Return the places (rows, n) of embeddings (rows, n_embedding) on the axes."""
        return np.asarray((embeddings - self.mean) @ self.axes, dtype=np.float32)

    def without(self, names: Sequence[str]) -> Bank:
        """Return the bank less the known words of these names: they are to be learnt anew."""
        dropped = [i for i, label in enumerate(self.labels) if label in names]
        if not dropped:
            return self
        kept, spoken_kept = (~np.isin(of, dropped) for of in (self.which, self.spoken_which))
        return replace(
            self,
            words=self.words[kept],
            which=self.which[kept],
            spoken=self.spoken[spoken_kept],
            spoken_which=self.spoken_which[spoken_kept],
        )


def save_bank(bank: Bank, folder: Path = BANK_FOLDER) -> Path:
    """Write a bank as ``MODEL.safetensors`` and return its path."""
    rows = np.concatenate([bank.others, bank.words, bank.spoken, bank.heard])
    scale = np.maximum(np.percentile(np.abs(rows), _CLIPPED_SHARE, axis=0), 1e-6) / 127

    def as_bytes(embeddings: Embeddings) -> npt.NDArray[np.int8]:
        return np.asarray(np.clip(np.round(embeddings / scale), -127, 127), dtype=np.int8)

    header = {
        "format": _FORMAT,
        "model": bank.model,
        "sha256": bank.sha256,
        "labels": bank.labels,
        "hours": bank.hours,
    }
    tensors = {
        "mean": bank.mean.astype(np.float32),
        "axes": np.ascontiguousarray(bank.axes, np.float32),
        "others": as_bytes(bank.others),
        "words": as_bytes(bank.words),
        "spoken": as_bytes(bank.spoken),
        "heard": as_bytes(bank.heard),
        "which": bank.which.astype(np.int16),
        "spoken_which": bank.spoken_which.astype(np.int16),
        "runs": bank.runs.astype(np.int32),
        "scale": scale.astype(np.float32),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{bank.model}.safetensors"
    path.write_bytes(save(tensors, {"bank": json.dumps(header)}))
    return path


def bank_of(card: ModelCard, folder: Path = BANK_FOLDER) -> Bank:
    """Return the bank of a model, read once.

    Raises TeachingError if there is none for it, or only one for other weights.
    """
    path = folder / f"{card.name}.safetensors"
    if not path.is_file():
        names = ", ".join(sorted(one.stem for one in folder.glob("*.safetensors"))) or "none"
        raise TeachingError(
            f"No words can be taught with the network {card.name!r}: it has no bank of other "
            f"sounds. Networks with a bank: {names}."
        )
    bank = _read(path, path.stat().st_mtime_ns)
    if bank.sha256 != card.sha256:
        raise TeachingError(
            f"The bank of other sounds for {card.name!r} was made with other weights. Make it "
            f"anew: python -m kws_core.evaluation.make_bank --model {card.name} --data DATA"
        )
    return bank


@lru_cache(maxsize=2)
def _read(path: Path, _written_ns: int) -> Bank:
    try:
        with safetensors.safe_open(path, "numpy") as file:
            header = json.loads((file.metadata() or {})["bank"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        if header["format"] != _FORMAT:
            raise ValueError(f"format {header['format']}, where {_FORMAT} was expected")
        scale = tensors["scale"]
        return Bank(
            model=header["model"],
            sha256=header["sha256"],
            labels=tuple(header["labels"]),
            mean=tensors["mean"],
            axes=tensors["axes"],
            others=tensors["others"] * scale,
            words=tensors["words"] * scale,
            which=tensors["which"].astype(np.int64),
            spoken=tensors["spoken"] * scale,
            spoken_which=tensors["spoken_which"].astype(np.int64),
            heard=tensors["heard"] * scale,
            runs=tensors["runs"].astype(np.int64),
            hours=float(header["hours"]),
        )
    except (OSError, ValueError, KeyError, TypeError, safetensors.SafetensorError) as error:
        raise TeachingError(
            f"The bank of other sounds in {path.name} can't be read ({error}). Restore the file "
            "from the project's repository."
        ) from error

"""Published accuracies on Speech Commands, from ``literature.csv``, each with its source.

Only figures that their authors publish in a paper or a repository are listed. Weights and
multiply-accumulates that the source does not state were counted on the published architecture
(``counted``). Splits differ between sources, so differences below half a point mean little.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

Task = Literal["35", "12"]

TASKS: Final[dict[Task, str]] = {"35": "35 words", "12": "12 classes"}


@dataclass(frozen=True)
class Published:
    """A published figure.

    accuracy: a share of 0 to 1. weights and macs (multiply-accumulates for one second): None where
    unknown; counted: whether they were counted here. latency_ms: for one second of sound, on
    `machine`. caution: why the figure is not what it seems.
    """

    name: str
    task: str
    accuracy: float
    tested_on: str
    source: str
    weights: int | None
    macs: int | None
    counted: bool
    latency_ms: float | None
    machine: str
    url: str
    caution: str


def _published(row: dict[str, str]) -> Published:
    return Published(
        row["name"],
        row["task"],
        float(row["accuracy"]),
        row["tested_on"],
        row["source"],
        int(row["weights"]) if row["weights"] else None,
        int(row["macs"]) if row["macs"] else None,
        row["counted"] == "yes",
        float(row["latency_ms"]) if row["latency_ms"] else None,
        row["machine"],
        row["url"],
        row["caution"],
    )


with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as _file:
    PUBLISHED: Final = tuple(_published(row) for row in csv.DictReader(_file))

"""Published accuracies on Speech Commands, from ``literature.csv``, each with its source.

Only figures that their authors publish in a paper or a repository are listed. Weights and
multiply-accumulates that the source does not state were counted on the published architecture
(``counted``). Splits differ between sources, so differences below half a point mean little.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final, Literal

Task = Literal["35", "12"]

TASKS: Final[dict[Task, str]] = {"35": "35 words", "12": "12 classes"}


# accuracy: a share of 0 to 1. weights, macs (multiply-accumulates for one second) and latency_ms
# (for one second, on `machine`): empty where unknown. caution: why the figure is not what it seems.
with Path(__file__).with_suffix(".csv").open(encoding="utf-8", newline="") as _file:
    PUBLISHED: Final = tuple(csv.DictReader(_file))

"""What a run says of every epoch: lines of JSON always, TensorBoard or Weights & Biases on demand.

Their packages are not among this project's requirements and are imported only when asked for.
"""

from __future__ import annotations

import importlib
import json
import math
from pathlib import Path
from typing import Any, Protocol

from kws_core.errors import TrainingError


class RunLog(Protocol):
    """Somewhere to write the figures of every epoch."""

    def start(self, out: Path, config: dict[str, Any], first_epoch: int) -> None:
        """Begin, or go on after `first_epoch` epochs; `out` is the folder of the run."""

    def write(self, epoch: int, figures: dict[str, float]) -> None:
        """Write the figures of an epoch, counted from 1."""

    def close(self) -> None:
        """Write out what is still to be written."""


class JsonLog:
    """``log.jsonl`` in the run's folder: one object an epoch."""

    def start(self, out: Path, config: dict[str, Any], first_epoch: int) -> None:
        """Keep the lines of the epochs that a resumed run has behind it, and no others."""
        self.path = out / "log.jsonl"
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        kept = [line for line in lines if 1 <= _epoch_of(line) <= first_epoch]
        self.path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")

    def write(self, epoch: int, figures: dict[str, float]) -> None:
        """Add a line."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"epoch": epoch, **figures}) + "\n")

    def close(self) -> None:
        """Do nothing: every line is written already."""


class TensorBoardLog:
    """Scalars for TensorBoard in ``tensorboard/`` in the run's folder."""

    def __init__(self) -> None:
        self._tensorboard = importlib.import_module("torch.utils.tensorboard")

    def start(self, out: Path, config: dict[str, Any], first_epoch: int) -> None:
        """Begin; what an interrupted epoch left behind is hidden."""
        folder = str(out / "tensorboard")
        self.writer = self._tensorboard.SummaryWriter(folder, purge_step=first_epoch + 1)
        self.writer.add_text("settings", json.dumps(config, indent=1), first_epoch)

    def write(self, epoch: int, figures: dict[str, float]) -> None:
        """Add a point to each curve."""
        for name, value in figures.items():
            self.writer.add_scalar(name, value, epoch)

    def close(self) -> None:
        """Write out the last points."""
        self.writer.close()


class WandbLog:
    """A run of Weights & Biases in the project ``kws-explorer``; going on makes another run."""

    def __init__(self) -> None:
        self._wandb = importlib.import_module("wandb")

    def start(self, out: Path, config: dict[str, Any], first_epoch: int) -> None:
        """Begin a run."""
        self.run = self._wandb.init(
            project="kws-explorer",
            name=out.resolve().name,
            dir=str(out),
            config=config | {"first_epoch": first_epoch},
        )

    def write(self, epoch: int, figures: dict[str, float]) -> None:
        """Add a point to each curve."""
        self.run.log(figures, step=epoch)

    def close(self) -> None:
        """End the run."""
        self.run.finish()


def read_history(out: Path) -> list[dict[str, float | None]]:
    """Return the figures of every epoch in a run's ``log.jsonl``, rounded; none without a log.

    Of kinds that there were no clips of, None.
    """
    path = out / "log.jsonl"
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [{name: _rounded(value) for name, value in row.items()} for row in rows]


def make_run_logs(tracker: str | None = None) -> list[RunLog]:
    """Return the JSON log and, if named, that of a tracker: tensorboard or wandb.

    Raises `TrainingError` if the tracker's package is not installed.
    """
    logs: list[RunLog] = [JsonLog()]
    if tracker is not None:
        try:
            logs.append(TensorBoardLog() if tracker == "tensorboard" else WandbLog())
        except ImportError as error:
            raise TrainingError(
                f"--log {tracker} needs a package that is not installed ({error}): "
                f"pip install {tracker}"
            ) from error
    return logs


def _rounded(value: float) -> float | None:
    if isinstance(value, int):
        return value
    return float(f"{value:.5g}") if math.isfinite(value) else None


def _epoch_of(line: str) -> int:
    try:
        return int(json.loads(line)["epoch"])
    except (ValueError, KeyError, TypeError):
        return 0  # half a line

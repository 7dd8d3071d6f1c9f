"""Checkpoints: all that a run needs to go on as if it had never been stopped."""

from __future__ import annotations

import copy
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Generator, Tensor, nn

from kws_core.errors import DataError, TrainingError
from kws_core.training.optimization import AveragedWeights, TrainingSettings

_PARTS = ("settings", "epoch", "network", "average", "average_steps", "optimizer")
_REMEDY = "Start again without --resume, or give the folder of this run with --out."


@dataclass
class Best:
    """The averaged weights of the epoch that validated best."""

    score: float = -math.inf
    epoch: int = 0
    weights: dict[str, Tensor] | None = None

    def consider(self, score: float, epoch: int, network: nn.Module) -> None:
        """Take this epoch's weights if they are at least as good as the best so far."""
        if score >= self.score:
            self.score, self.epoch = score, epoch
            self.weights = copy.deepcopy(network.state_dict())


@runtime_checkable
class Miner(Protocol):
    """A source of batches that finds hard windows: which it has found, and how."""

    @property
    def hard_windows(self) -> Tensor:
        """The hard windows so far, ``(n,)``."""

    @hard_windows.setter
    def hard_windows(self, found: Tensor) -> None: ...

    def mine(self, network: nn.Module, n: int, generator: Generator) -> int:
        """Look for hard windows among `n`; returns how many there are now."""


@dataclass(frozen=True)
class Run:
    """What changes with the steps of a run, and what must stay the same when it is resumed."""

    network: nn.Module
    average: AveragedWeights
    optimizer: torch.optim.Optimizer
    best: Best
    settings: TrainingSettings
    teacher: dict[str, Any] | None = None  # its description
    miner: Miner | None = None


def save_checkpoint(path: Path, run: Run, epoch: int) -> None:
    """Write a checkpoint after `epoch` epochs: whole, or not at all.

    Raises `TrainingError` if it can't be written; the one before is still there then.
    """
    state = {
        "settings": asdict(run.settings),
        "teacher": run.teacher,
        "epoch": epoch,
        "network": run.network.state_dict(),
        "average": run.average.network.state_dict(),
        "average_steps": run.average.steps,
        "optimizer": run.optimizer.state_dict(),
        "best": asdict(run.best),
        "hard_windows": run.miner.hard_windows if run.miner else None,
    }
    partial = path.with_suffix(".partial")
    try:
        torch.save(state, partial)
        partial.replace(path)
    except (OSError, RuntimeError) as error:  # RuntimeError: torch's own writer, on a full disk
        partial.unlink(missing_ok=True)
        left = (
            f"{path} is whole, as of the epoch before. Make room and go on with --resume."
            if path.exists()
            else "There is none from before. Make room and start again."
        )
        raise TrainingError(
            f"The checkpoint of epoch {epoch} could not be written ({error}). {left}"
        ) from error


def load_checkpoint(path: Path, run: Run) -> int:
    """Put a checkpoint into `run`; returns the number of epochs behind it.

    Raises `DataError` if there is none, or one that is damaged, of other settings, of another
    teacher or of another network.
    """
    if not path.is_file():
        raise DataError(f"There is nothing to resume: {path} is missing.")
    state = _read_state(path)
    # A setting that is newer than the checkpoint had its default value then.
    settings = asdict(TrainingSettings()) | state["settings"]
    wanted = asdict(run.settings)
    if settings != wanted:
        differing = [
            f"{key} is {settings.get(key)!r} there and {wanted.get(key)!r} here"
            for key in settings | wanted
            if settings.get(key) != wanted.get(key)
        ]
        raise DataError(
            f"{path} is of a run with other settings: {'; '.join(differing)}. {_REMEDY}"
        )
    if state.get("teacher") != run.teacher:
        raise DataError(
            f"{path} is of a run with another teacher: {state.get('teacher')}. {_REMEDY}"
        )
    try:
        run.network.load_state_dict(state["network"])
    except (RuntimeError, TypeError, AttributeError) as error:
        raise DataError(f"{path} holds the weights of another network. {_REMEDY}") from error
    try:
        run.average.network.load_state_dict(state["average"])
        run.average.steps = int(state["average_steps"])
        run.optimizer.load_state_dict(state["optimizer"])
        if run.miner and state.get("hard_windows") is not None:
            run.miner.hard_windows = state["hard_windows"]
        vars(run.best).update(vars(Best(**state.get("best", {}))))
        return int(state["epoch"])
    except (RuntimeError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DataError(f"{path} is damaged: a part of it does not fit. {_REMEDY}") from error


def _read_state(path: Path) -> dict[str, Any]:
    """Return what a checkpoint holds; raises `DataError` if the file is something else."""
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty. {_REMEDY}")
    try:
        state = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # bytes that are no checkpoint fail in many ways
        raise DataError(
            f"{path} can't be read: it is cut, damaged or no checkpoint. {_REMEDY}"
        ) from error
    if not isinstance(state, dict):
        raise DataError(f"{path} is no checkpoint: it holds a {type(state).__name__}. {_REMEDY}")
    lacking = [key for key in _PARTS if key not in state]
    if lacking or not isinstance(state["settings"], dict):
        raise DataError(
            f"{path} is no checkpoint of training: it has no {', '.join(lacking) or 'settings'}. "
            f"{_REMEDY}"
        )
    return state

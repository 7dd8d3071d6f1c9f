"""The training loop: batches, the loss, averaged weights, a checkpoint every epoch.

Every random number of an epoch comes from the seed and the epoch's number, so a run that is
stopped and resumed gives the same weights on a CPU.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from kws_core.errors import TrainingError
from kws_core.training import distributed
from kws_core.training.checkpoint import Best, Miner, Run, load_checkpoint, save_checkpoint
from kws_core.training.compute import Compute
from kws_core.training.distillation import Teacher
from kws_core.training.mixup import mixed
from kws_core.training.optimization import (
    AveragedWeights,
    TrainingSettings,
    learning_rate_at,
    make_optimizer,
    smoothed,
)
from kws_core.training.run_log import JsonLog, RunLog
from kws_core.training.validation import Validation, ValidationClips, validate

_SHOWN_EVERY = 10  # steps; to read the loss from a GPU is to wait for it


class BatchSource(Protocol):
    """Draws batches; the same generator state gives the same batch."""

    def batch(self, size: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """Return the network's inputs ``(size, ...)`` and targets ``(size, labels)``."""


class Trained(NamedTuple):
    """What came of a run: the averaged weights, on the CPU, and after how many epochs."""

    network: nn.Module
    epoch: int


def train(
    network: nn.Module,
    batches: BatchSource,
    validation: ValidationClips,
    settings: TrainingSettings,
    out: Path,
    *,
    rare: ValidationClips | None = None,
    teacher: Teacher | None = None,
    logs: Sequence[RunLog] | None = None,
    compute: Compute | None = None,
    resume: bool = False,
) -> Trained:
    """Train a network, with a checkpoint every epoch; only the main process writes to `out`.

    rare: more clips to count in every epoch, beside `validation`.
    logs: where the figures go (``log.jsonl`` by default).
    Raises `DataError` if `resume` finds no checkpoint, or one that is damaged, of other settings,
    of another teacher or of another network; `TrainingError` if a checkpoint can't be written or
    the loss is no number any more.
    """
    distributed.check_batch_size(settings.batch_size)
    compute = compute or Compute()
    logs = [JsonLog()] if logs is None else logs
    run = _prepare(network, settings, teacher, compute)
    if isinstance(batches, Miner):
        run = replace(run, miner=batches)
    checkpoint = out / "checkpoint.pt"
    first_epoch = load_checkpoint(checkpoint, run) if resume else 0
    learner = distributed.wrap(network, compute)
    if distributed.is_main():
        out.mkdir(parents=True, exist_ok=True)
        for log in logs:
            log.start(out, asdict(settings) | {"teacher": run.teacher}, first_epoch)
    for epoch in range(first_epoch, settings.epochs):
        started = time.perf_counter()
        if run.miner and settings.mine_every and epoch % settings.mine_every == 0:
            _mine(epoch, run, run.miner, compute)
        loss = _epoch(epoch, learner, run, batches, teacher, compute)
        if not math.isfinite(loss):
            raise TrainingError(
                f"The loss is no number any more in epoch {epoch + 1}: start again with a smaller "
                "learning_rate, or go on from the last checkpoint with --resume."
            )
        if distributed.is_main():
            result = validate(run.average.network, validation)
            figures = {
                "loss": loss,
                "learning_rate": run.optimizer.param_groups[0]["lr"],
                **asdict(result),
                **({"rare": validate(run.average.network, rare).accuracy} if rare else {}),
                "seconds": time.perf_counter() - started,
            }
            for log in logs:
                log.write(epoch + 1, figures)
            tqdm.write(_line(epoch + 1, result, figures))
            if settings.keep == "best":
                run.best.consider(result.score, epoch + 1, run.average.network)
            save_checkpoint(checkpoint, run, epoch + 1)
    if distributed.is_main():
        for log in logs:
            log.close()
    return _kept(run)


def _prepare(
    network: nn.Module, settings: TrainingSettings, teacher: Teacher | None, compute: Compute
) -> Run:
    network.to(compute.device)
    average = AveragedWeights(network, settings.average_decay)
    # Convolutions with the channels innermost run up to 1.7 times as fast on a CPU. The averaged
    # weights, which are what is saved, keep the ordinary order.
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if teacher is not None:
        teacher.network.to(compute.device)
    optimizer = make_optimizer(network, settings)
    description = teacher.description() if teacher else None
    return Run(network, average, optimizer, Best(), settings, description)


def _mine(epoch: int, run: Run, miner: Miner, compute: Compute) -> None:
    """Look for the windows that the averaged weights take for a word, to draw them more often."""
    generator = torch.Generator().manual_seed(run.settings.seed * 1_000_033 + epoch)
    with compute.autocast():
        n = miner.mine(run.average.network, run.settings.mined_windows, generator)
    tqdm.write(f"{n} hard windows")


def _epoch(
    epoch: int,
    learner: nn.Module,
    run: Run,
    batches: BatchSource,
    teacher: Teacher | None,
    compute: Compute,
) -> float:
    """Go through one epoch; returns the mean loss over its steps and over all processes.

    learner: the network of the run, or what averages its gradients over processes.
    """
    settings = run.settings
    seed = settings.seed * 1_000_003 + epoch
    generator = torch.Generator().manual_seed(seed)  # the same batches in every process
    torch.manual_seed(seed + distributed.rank())  # other dropout in each
    n_steps = settings.epochs * settings.steps_per_epoch
    learner.train()
    losses: list[Tensor] = []
    title = f"epoch {epoch + 1}/{settings.epochs}"
    steps = tqdm(range(settings.steps_per_epoch), title, disable=not distributed.is_main())
    for index in steps:
        rate = learning_rate_at(epoch * settings.steps_per_epoch + index, n_steps, settings)
        for group in run.optimizer.param_groups:
            group["lr"] = rate
        inputs, target = batches.batch(settings.batch_size, generator)
        if settings.mixup:
            inputs, target = mixed(inputs, target, settings.mixup, generator)
        own = distributed.own_rows(inputs, target)
        inputs, target = (part.to(compute.device) for part in own)
        loss = _loss(learner, inputs, target, settings, teacher, compute)
        run.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        run.optimizer.step()
        run.average.update(run.network)
        losses.append(loss.detach())
        if index % _SHOWN_EVERY == 0:
            steps.set_postfix(loss=f"{torch.stack(losses[-50:]).mean().item():.3f}")
    mean = torch.stack(losses).double().mean().item()
    return distributed.mean_over_processes(mean, compute)


def _loss(
    learner: nn.Module,
    inputs: Tensor,
    target: Tensor,
    settings: TrainingSettings,
    teacher: Teacher | None,
    compute: Compute,
) -> Tensor:
    with compute.autocast():
        logits = learner(inputs)
    logits = logits.float()
    smooth = smoothed(target, settings.label_smoothing)
    losses = F.cross_entropy(logits, smooth, reduction="none")  # (batch,)
    if teacher is None:
        return losses.mean()
    with compute.autocast():
        return teacher.loss(inputs, logits, target, losses)


def _line(epoch: int, result: Validation, figures: dict[str, float]) -> str:
    parts = {
        "mean over words": result.macro,
        "audio": result.audio,
        "pictures": result.picture,
        "rare recordings": figures.get("rare", math.nan),
    }
    # A kind that there are no clips of has no figure.
    shown = [f"{name} {share:.2%}" for name, share in parts.items() if not math.isnan(share)]
    return (
        f"epoch {epoch}: loss {figures['loss']:.3f}, validation {result.accuracy:.2%} "
        f"({', '.join(shown)}), {figures['seconds']:.0f} s"
    )


def _kept(run: Run) -> Trained:
    network, epoch = run.average.network, run.settings.epochs
    if run.best.weights is not None:
        network.load_state_dict(run.best.weights)
        epoch = run.best.epoch
    return Trained(network.cpu().eval(), epoch)

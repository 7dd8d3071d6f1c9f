"""The training loop: AdamW, warm-up and cosine, label smoothing, averaged weights, checkpoints.

Every random number comes from the seed, the epoch and torch's own generator, all of which a
checkpoint holds; a run that is stopped and resumed gives the same weights on a CPU.
"""

from __future__ import annotations

import copy
import json
import logging
import math
import pickle
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from kws_core.errors import DataError
from kws_core.training.batches import BatchMaker
from kws_core.training.data import Clips

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingSettings:
    """What a run depends on besides its data."""

    epochs: int = 20
    clips_per_epoch: int = 36_000
    batch_size: int = 192
    learning_rate: float = 4e-3
    weight_decay: float = 0.02
    warm_up: float = 0.05  # share of all steps
    label_smoothing: float = 0.05
    average_decay: float = 0.999  # of the averaged weights, per step
    seed: int = 1

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch."""
        return self.clips_per_epoch // self.batch_size


@dataclass(frozen=True)
class Validation:
    """Accuracy on clips as they are, without augmentation."""

    accuracy: float
    macro: float  # mean over words
    audio: float
    picture: float


def predict_logits(network: nn.Module, clips: Clips, batch_size: int = 512) -> Tensor:
    """Return the logits of all clips, ``(n, labels)``, each in the middle of its second."""
    network.eval()
    n_frames = clips.log_mel.shape[2]
    rows = []
    with torch.inference_mode():
        for start in range(0, len(clips), batch_size):
            part = torch.from_numpy(np.array(clips.log_mel[start : start + batch_size])).float()
            length = torch.from_numpy(clips.length[start : start + batch_size].astype(np.int64))
            rows.append(network(centred(part, (n_frames - length) // 2)))
    return torch.cat(rows)


def centred(log_mel: Tensor, before: Tensor) -> Tensor:
    """Move each picture `before` frames later, as `Recognizer` pads a short clip on both sides.

    What is behind a clip's end is silence already, so it is turned round to its front.
    """
    batch, n_mels, n_frames = log_mel.shape
    source = (torch.arange(n_frames) - before[:, None]) % n_frames  # (batch, n_frames)
    return log_mel.gather(2, source[:, None].expand(batch, n_mels, n_frames))


def validate(network: nn.Module, clips: Clips) -> Validation:
    """Measure a network on word clips."""
    found = predict_logits(network, clips).argmax(dim=1).numpy()
    right = found == clips.target
    macro = np.mean([right[clips.target == label].mean() for label in np.unique(clips.target)])

    def share(rows: np.ndarray) -> float:
        return float(right[rows].mean()) if rows.any() else math.nan

    return Validation(
        float(right.mean()), float(macro), share(~clips.is_picture), share(clips.is_picture)
    )


class AveragedWeights:
    """An exponential moving average of a network's weights; buffers are copied as they are."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network).requires_grad_(False)
        self.decay = decay
        self.steps = 0

    def update(self, network: nn.Module) -> None:
        """Move towards `network`; early on the average is short, so that it leaves the start."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            for mean, value in zip(
                self.network.state_dict().values(), network.state_dict().values(), strict=True
            ):
                if mean.is_floating_point():
                    mean.lerp_(value, 1 - decay)
                else:
                    mean.copy_(value)


def learning_rate_at(step: int, n_steps: int, settings: TrainingSettings) -> float:
    """Return the rate of a step: linear warm-up, then half a cosine down to zero."""
    n_warm = max(1, int(settings.warm_up * n_steps))
    if step < n_warm:
        return settings.learning_rate * (step + 1) / n_warm
    progress = (step - n_warm) / max(1, n_steps - n_warm)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


def _optimizer(network: nn.Module, settings: TrainingSettings) -> torch.optim.AdamW:
    """Decay weight matrices only: not norms, not biases."""
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    groups = [
        {"params": decayed, "weight_decay": settings.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate)


def _smoothed(target: Tensor, smoothing: float) -> Tensor:
    return target * (1 - smoothing) + smoothing / target.shape[1]


def train(
    network: nn.Module,
    batches: BatchMaker,
    validation: Clips,
    settings: TrainingSettings,
    out: Path,
    *,
    resume: bool = False,
) -> nn.Module:
    """Train a network and return its averaged weights; a checkpoint is written every epoch.

    Raises `DataError` if `resume` finds no checkpoint, or one that is damaged, of other settings
    or of another network.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(settings.seed)
    average = AveragedWeights(network, settings.average_decay)
    optimizer = _optimizer(network, settings)
    n_steps = settings.epochs * settings.steps_per_epoch
    first_epoch = 0
    checkpoint = out / "checkpoint.pt"
    if resume:
        first_epoch = _resume(checkpoint, network, average, optimizer, settings)
    else:
        (out / "log.jsonl").unlink(missing_ok=True)
    for epoch in range(first_epoch, settings.epochs):
        generator = torch.Generator().manual_seed(settings.seed * 1_000_003 + epoch)
        network.train()
        losses, started = [], time.perf_counter()
        steps = tqdm(range(settings.steps_per_epoch), f"epoch {epoch + 1}/{settings.epochs}")
        for index in steps:
            rate = learning_rate_at(epoch * settings.steps_per_epoch + index, n_steps, settings)
            for group in optimizer.param_groups:
                group["lr"] = rate
            log_mel, target = batches.batch(settings.batch_size, generator)
            loss = F.cross_entropy(network(log_mel), _smoothed(target, settings.label_smoothing))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            average.update(network)
            losses.append(loss.item())
            steps.set_postfix(loss=f"{np.mean(losses[-50:]):.3f}")
        result = validate(average.network, validation)
        line = {
            "epoch": epoch + 1,
            "loss": float(np.mean(losses)),
            **asdict(result),
            "seconds": time.perf_counter() - started,
        }
        with (out / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        tqdm.write(
            f"epoch {epoch + 1}: loss {line['loss']:.3f}, validation {result.accuracy:.2%} "
            f"(mean over words {result.macro:.2%}, audio {result.audio:.2%}, "
            f"pictures {result.picture:.2%}), {line['seconds']:.0f} s"
        )
        state = {
            "settings": asdict(settings),
            "epoch": epoch + 1,
            "network": network.state_dict(),
            "average": average.network.state_dict(),
            "average_steps": average.steps,
            "optimizer": optimizer.state_dict(),
            "torch_rng": torch.get_rng_state(),
        }
        partial = checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(checkpoint)  # whole or not at all
    return average.network.eval()


def _resume(
    checkpoint: Path,
    network: nn.Module,
    average: AveragedWeights,
    optimizer: torch.optim.AdamW,
    settings: TrainingSettings,
) -> int:
    """Take up a checkpoint; returns the number of epochs it has behind it."""
    if not checkpoint.is_file():
        raise DataError(f"There is nothing to resume: {checkpoint} is missing.")
    try:
        state = torch.load(checkpoint, weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise DataError(f"{checkpoint} can't be read: start again without resuming.") from error
    if state["settings"] != asdict(settings):
        raise DataError(f"{checkpoint} was made with other settings: {state['settings']}.")
    try:
        network.load_state_dict(state["network"])
    except RuntimeError as error:
        raise DataError(f"{checkpoint} holds the weights of another network.") from error
    average.network.load_state_dict(state["average"])
    average.steps = state["average_steps"]
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["torch_rng"])
    return int(state["epoch"])


def fit_temperature(logits: Tensor, target: np.ndarray) -> float:
    """Return the temperature that makes validation posteriors likeliest (Guo et al. 2017)."""
    log_temperature = torch.zeros(1, requires_grad=True)
    wanted = torch.from_numpy(target.astype(np.int64))
    optimizer = torch.optim.LBFGS([log_temperature], max_iter=100)

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(logits.detach().clone() / log_temperature.exp(), wanted)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return float(log_temperature.detach().exp())

"""How weights move: the settings of a run, its learning rate, AdamW, and averaged weights."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

Keep = Literal["best", "last"]


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
    mixup: float = 0.0  # alpha of Beta(alpha, alpha); 0 for none
    average_decay: float = 0.999  # of the averaged weights, per step
    mine_every: int = 0  # epochs between searches for hard windows; 0 for none
    mined_windows: int = 60_000  # of fluent English that a search looks at
    keep: Keep = "best"  # the averaged weights of the epoch that validates best, or of the last
    seed: int = 1

    @property
    def steps_per_epoch(self) -> int:
        """Batches in an epoch."""
        return self.clips_per_epoch // self.batch_size


def learning_rate_at(step: int, n_steps: int, settings: TrainingSettings) -> float:
    """Return the rate of a step: linear warm-up, then half a cosine down to zero."""
    n_warm = max(1, int(settings.warm_up * n_steps))
    if step < n_warm:
        return settings.learning_rate * (step + 1) / n_warm
    progress = (step - n_warm) / max(1, n_steps - n_warm)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


def make_optimizer(network: nn.Module, settings: TrainingSettings) -> torch.optim.AdamW:
    """Return AdamW (Loshchilov and Hutter 2019); it decays weight matrices, no norms or biases."""
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    groups = [
        {"params": decayed, "weight_decay": settings.weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate)


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


def smoothed(target: Tensor, smoothing: float) -> Tensor:
    """Share out `smoothing` of each clip's target evenly: ``(batch, labels)`` to the same.

    Szegedy et al.: Rethinking the Inception Architecture (CVPR 2016), section 7.
    """
    return target * (1 - smoothing) + smoothing / target.shape[1]

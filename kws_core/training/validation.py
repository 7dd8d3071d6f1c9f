"""What a network gets right of clips as they are, and how sure it should be of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.optimize
import torch
from torch import Tensor, nn
from torch.nn import functional as F


class ValidationClips(Protocol):
    """Clips to ask a network about, whatever its front end."""

    @property
    def target(self) -> np.ndarray:
        """Index into the model's labels, ``(n,)``."""

    @property
    def is_picture(self) -> np.ndarray:
        """Of which clips only a picture was left: bool, ``(n,)``."""

    def __len__(self) -> int: ...

    def inputs(self, start: int, stop: int) -> Tensor:
        """Return what the network gets of these clips, each in the middle of its second."""


@dataclass(frozen=True)
class Validation:
    """Accuracy on clips as they are, without augmentation."""

    accuracy: float
    macro: float  # mean over words
    audio: float
    picture: float

    @property
    def score(self) -> float:
        """What epochs are compared by: common words and rare ones count alike."""
        return (self.accuracy + self.macro) / 2


def predict_logits(network: nn.Module, clips: ValidationClips, batch_size: int = 32) -> Tensor:
    """Return the logits of all clips, ``(n, labels)``, on the CPU."""
    network.eval()
    weights = next(network.parameters(), torch.empty(0))
    rows = []
    with torch.inference_mode():
        for start in range(0, len(clips), batch_size):
            inputs = clips.inputs(start, min(start + batch_size, len(clips)))
            rows.append(network(inputs.to(weights.device)).cpu())
    return torch.cat(rows)


def validate(network: nn.Module, clips: ValidationClips) -> Validation:
    """Measure a network on word clips."""
    found = predict_logits(network, clips).argmax(dim=1).numpy()
    right = found == clips.target
    macro = np.mean([right[clips.target == label].mean() for label in np.unique(clips.target)])

    def share(rows: np.ndarray) -> float:
        return float(right[rows].mean()) if rows.any() else math.nan

    return Validation(
        float(right.mean()), float(macro), share(~clips.is_picture), share(clips.is_picture)
    )


def fit_temperature(logits: Tensor, target: np.ndarray) -> float:
    """Return the temperature that makes validation posteriors likeliest (Guo et al. 2017).

    logits: ``(n, labels)``; target: index into the labels, ``(n,)``. The temperature is between
    1/20 and 20: a network that knows nothing would have an infinite one.
    """
    wanted = torch.from_numpy(target.astype(np.int64))

    def loss(log_temperature: float) -> float:
        return float(F.cross_entropy(logits.double() / math.exp(log_temperature), wanted))

    # The loss is convex in 1 / T, so it has one minimum in log T as well.
    limit = math.log(20.0)
    found = scipy.optimize.minimize_scalar(loss, bounds=(-limit, limit), method="bounded")
    return math.exp(found.x)

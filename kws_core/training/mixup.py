"""Mixup: every clip and its target blended with those of another clip of the batch.

Zhang, Cisse, Dauphin, Lopez-Paz: mixup, Beyond Empirical Risk Minimization (ICLR 2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.special
import torch
from torch import Generator, Tensor


@dataclass(frozen=True)
class Mixup:
    """Who is blended with whom: clip i keeps ``share[i]`` and gets the rest of ``partner[i]``."""

    share: Tensor  # (batch,) from 0 to 1
    partner: Tensor  # (batch,) rows of the batch, each once

    def apply(self, inputs: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        """Blend inputs ``(batch, ...)`` and targets ``(batch, labels)``; shapes stay."""
        return self._blend(inputs), self._blend(target)

    def _blend(self, x: Tensor) -> Tensor:
        share = self.share.to(x.device).reshape(-1, *[1] * (x.dim() - 1))
        return share * x + (1 - share) * x[self.partner.to(x.device)]


def draw_mixup(n: int, alpha: float, generator: Generator) -> Mixup:
    """Draw shares from Beta(alpha, alpha) and a permutation for a batch of `n` clips."""
    partner = torch.randperm(n, generator=generator)
    uniform = torch.rand(n, generator=generator, dtype=torch.float64).numpy()
    share = scipy.special.betaincinv(alpha, alpha, uniform)  # the inverse of Beta's distribution
    return Mixup(torch.from_numpy(share.astype(np.float32)), partner)

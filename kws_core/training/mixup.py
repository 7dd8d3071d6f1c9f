"""Mixup: every clip and its target blended with those of another clip of the batch.

Zhang, Cisse, Dauphin, Lopez-Paz: mixup, Beyond Empirical Risk Minimization (ICLR 2018).
"""

from __future__ import annotations

import numpy as np
import scipy.special
import torch
from torch import Generator, Tensor


def mixed(
    inputs: Tensor, target: Tensor, alpha: float, generator: Generator
) -> tuple[Tensor, Tensor]:
    """Blend inputs ``(batch, ...)`` and targets ``(batch, labels)``, each clip with one other.

    Shares are drawn from Beta(alpha, alpha); each clip is the other of one. Shapes stay.
    """
    n = len(inputs)
    partner = torch.randperm(n, generator=generator)
    uniform = torch.rand(n, generator=generator, dtype=torch.float64).numpy()
    share = scipy.special.betaincinv(alpha, alpha, uniform)  # the inverse of Beta's distribution
    shares = torch.from_numpy(share.astype(np.float32))

    def blend(x: Tensor) -> Tensor:
        own = shares.to(x.device).reshape(-1, *[1] * (x.dim() - 1))
        return own * x + (1 - own) * x[partner.to(x.device)]

    return blend(inputs), blend(target)

"""Random numbers of the shapes that a batch needs."""

from __future__ import annotations

import torch
from torch import Generator, Tensor


class Draw:
    """Draws from one generator, whose state decides all of it."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        """Return numbers between `low` and `high`."""
        return low + (high - low) * torch.rand(*shape, generator=self.generator)

    def integers(self, n: int, *shape: int) -> Tensor:
        """Return integers from 0 to below `n`, or 0 if there are none."""
        return torch.randint(max(n, 1), shape, generator=self.generator)

    def chance(self, share: float, n: int) -> Tensor:
        """Return `n` booleans, each true with a probability of `share`."""
        return torch.rand(n, generator=self.generator) < share

    def rows(self, share: float, n: int) -> Tensor:
        """Return the rows of a batch that a change is for: on all rows it would take too long."""
        return torch.nonzero(self.chance(share, n))[:, 0]

    def normal(self, *shape: int) -> Tensor:
        """Return numbers with mean 0 and variance 1."""
        return torch.randn(*shape, generator=self.generator)

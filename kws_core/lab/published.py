"""The paper's policies on the log-mel of one second: as published, and scaled down to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import torch

from kws_core.audio.remembered import Floats
from kws_core.augment.policies import POLICIES, SpecAugmentPolicy
from kws_core.augment.specaugment import apply_to_batch
from kws_core.features.front_ends import LogMelConfig

N_DRAWS: Final = 300
_LOG_MEL: Final = LogMelConfig()


@dataclass(frozen=True)
class NamedPolicy:
    """A policy of the paper's table 1; `scaled` to one second, or as published."""

    name: str
    scaled: bool

    @property
    def policy(self) -> SpecAugmentPolicy:
        """The policy itself, for the log-mel of one second."""
        published = POLICIES[self.name]
        return published.scaled(_LOG_MEL.n_mels, _LOG_MEL.n_frames) if self.scaled else published


NAMED: Final = tuple(NamedPolicy(name, scaled) for scaled in (True, False) for name in POLICIES)
DEFAULT: Final = NamedPolicy("LD", scaled=True)


def name_of(policy: SpecAugmentPolicy) -> NamedPolicy | None:
    """Return which of the paper's policies this is; None if it is none of them."""
    return next((named for named in NAMED if named.policy == policy), None)


@lru_cache(maxsize=64)
def hidden_shares(policy: SpecAugmentPolicy, n_mels: int, n_frames: int) -> Floats:
    """Return the hidden share of a log-mel in each of `N_DRAWS` draws, sorted, (N_DRAWS,)."""
    ones = torch.ones(N_DRAWS, n_mels, n_frames)
    left = apply_to_batch(ones, policy, torch.Generator().manual_seed(0), fill="zero")
    return np.sort((1 - left.mean(dim=(1, 2))).numpy())

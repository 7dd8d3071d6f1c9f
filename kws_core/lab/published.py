"""The paper's policies on a picture of one second: as published, and scaled down to it."""

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

MEANINGS: Final = {
    "LB": "LibriSpeech basic",
    "LD": "LibriSpeech double",
    "SM": "Switchboard mild",
    "SS": "Switchboard strong",
}
N_DRAWS: Final = 300
_PICTURE: Final = LogMelConfig()


@dataclass(frozen=True)
class NamedPolicy:
    """A policy of the paper's table 1; `scaled` to one second, or as published."""

    name: str
    scaled: bool

    @property
    def policy(self) -> SpecAugmentPolicy:
        """The policy itself, for the log-mel of one second."""
        published = POLICIES[self.name]
        return published.scaled(_PICTURE.n_mels, _PICTURE.n_frames) if self.scaled else published


NAMED: Final = tuple(NamedPolicy(name, scaled) for scaled in (True, False) for name in POLICIES)
DEFAULT: Final = NamedPolicy("LD", scaled=True)


def name_of(policy: SpecAugmentPolicy) -> NamedPolicy | None:
    """Return which of the paper's policies this is; None if it is another one."""
    return next((named for named in NAMED if named.policy == policy), None)


@lru_cache(maxsize=64)
def hidden_shares(policy: SpecAugmentPolicy, n_mels: int, n_frames: int) -> Floats:
    """Return the share of a picture that each of `N_DRAWS` draws hides, sorted, (N_DRAWS,)."""
    ones = torch.ones(N_DRAWS, n_mels, n_frames)
    left = apply_to_batch(ones, policy, torch.Generator().manual_seed(0), fill="zero")
    return np.sort((1 - left.mean(dim=(1, 2))).numpy())


def too_large(policy: SpecAugmentPolicy, n_mels: int, n_frames: int) -> tuple[str, ...]:
    """Say what of a policy does not fit a picture of this size, one sentence each."""
    said = []
    widest = min(policy.time_mask, int(policy.time_mask_share * n_frames + 1e-9))
    if policy.n_time_masks and widest >= n_frames / 2:
        all_of_it = widest >= n_frames
        said.append(
            f"T = {policy.time_mask} frames: a single time mask may hide "
            f"{'all' if all_of_it else f'{widest}'} of the {n_frames} frames that a second has."
        )
    if policy.time_warp and not policy.n_centres(n_frames):
        said.append(
            f"W = {policy.time_warp} frames: no point can move that far either way and stay "
            f"inside {n_frames} frames, so nothing is warped."
        )
    if policy.n_freq_masks and policy.freq_mask >= n_mels / 2:
        said.append(
            f"F = {policy.freq_mask} bands: a single frequency mask may hide "
            f"{min(policy.freq_mask / n_mels, 1):.0%} of {n_mels} bands; the paper has 80."
        )
    return tuple(said)

"""Windows of one second out of long recordings: noise, and speech that is none of the words."""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor

from kws_core.features.front_ends import LogMelConfig
from kws_core.training.dataset.clips import Stream


class Crops:
    """Random windows out of long log-mels; what is shorter is whole, anywhere in its window."""

    def __init__(self, streams: list[Stream], config: LogMelConfig, device: torch.device) -> None:
        n = config.n_frames
        pads = [max(0, n - s.log_mel.shape[1]) for s in streams]
        padded = [
            np.pad(s.log_mel, ((0, 0), (pad, pad)), constant_values=config.log_floor)
            for s, pad in zip(streams, pads, strict=True)
        ]
        self.n_frames = n
        ends = np.cumsum([0] + [p.shape[1] for p in padded])
        self.start = torch.from_numpy(ends[:-1]).to(device)
        self.room = torch.tensor([p.shape[1] - n for p in padded], device=device)
        frames = np.concatenate(padded, axis=1).T.copy()  # (frames, n_mels)
        self.all = torch.from_numpy(frames).to(device)
        # Every recording weighs by the root of its length, so short kinds are heard as well.
        n_frames = torch.tensor([p.shape[1] for p in padded], device=device)
        self.weight = n_frames.float().sqrt()

    def draw(self, n: int, generator: Generator) -> Tensor:
        """Return ``(n, n_mels, n_frames)``."""
        if n == 0:
            return torch.zeros(0, self.all.shape[1], self.n_frames)
        which = torch.multinomial(self.weight, n, replacement=True, generator=generator)
        offset = (torch.rand(n, generator=generator) * (self.room[which] + 1)).long()
        index = (self.start[which] + offset)[:, None] + torch.arange(self.n_frames)
        return self.all[index].float().transpose(1, 2)

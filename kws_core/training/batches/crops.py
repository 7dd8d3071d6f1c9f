"""Windows of one second out of long recordings: noise, and speech that is none of the words.

Hard windows are those that a network took for a word. They are found on the way and drawn more
often: bootstrapping of negatives (Sung and Poggio: Example-based learning for view-based human face
detection, IEEE PAMI 1998).
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor, nn

from kws_core.features.front_ends import LogMelConfig
from kws_core.labels import WORDS
from kws_core.training.dataset.clips import Stream

HARD_ABOVE = 0.1  # the probability of a word in a window that is unknown
_AT_ONCE = 64


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
        self.hard = torch.zeros(0, dtype=torch.long, device=device)  # first frames, in `all`

    def random_starts(self, n: int, generator: Generator) -> Tensor:
        """Return the first frames ``(n,)`` of random windows, as `windows` takes them."""
        which = torch.multinomial(self.weight, n, replacement=True, generator=generator)
        offset = (torch.rand(n, generator=generator) * (self.room[which] + 1)).long()
        return self.start[which] + offset

    def windows(self, starts: Tensor) -> Tensor:
        """Return the windows ``(n, n_mels, n_frames)`` that start at these frames."""
        index = starts[:, None] + torch.arange(self.n_frames, device=starts.device)
        return self.all[index].float().transpose(1, 2)

    def draw_hard(self, n: int, generator: Generator, jitter: int = 3) -> Tensor:
        """Return hard windows ``(n, n_mels, n_frames)``, moved by a few frames."""
        which = torch.randint(len(self.hard), (n,), generator=generator)
        moved = torch.randint(-jitter, jitter + 1, (n,), generator=generator)
        starts = (self.hard[which] + moved).clamp(0, len(self.all) - self.n_frames)
        return self.windows(starts)

    def mine(self, network: nn.Module, n: int, generator: Generator) -> int:
        """Look for hard windows among `n` random ones and those so far; returns how many there are.

        A window is hard if the network says a word with a probability above `HARD_ABOVE`. One that
        is no longer hard is dropped.
        """
        starts = torch.cat([self.hard, self.random_starts(n, generator)])
        network.eval()
        with torch.inference_mode():
            logits = [network(self.windows(part)).float() for part in torch.split(starts, _AT_ONCE)]
        said = torch.cat(logits).softmax(dim=1)[:, : len(WORDS)].sum(dim=1)
        self.hard = starts[said > HARD_ABOVE]
        return len(self.hard)

    def draw(self, n: int, generator: Generator) -> Tensor:
        """Return random windows ``(n, n_mels, n_frames)``."""
        if n == 0:
            return torch.zeros(0, self.all.shape[1], self.n_frames)
        return self.windows(self.random_starts(n, generator))

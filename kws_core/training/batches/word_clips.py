"""The clips of words that batches are made of, drawn by their weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from kws_core.labels import LABELS, SILENCE
from kws_core.training.batches.draw import Draw
from kws_core.training.dataset.clips import Clips
from kws_core.training.dataset.jpeg import pictured

_FLOOR_MARGIN = 0.01  # ln(power): clips are kept in float16, whose floor lies a little above


class WordClips:
    """Clips by label, kept on a device.

    balance: 0 to draw a word as often as it has clips, 1 to draw all equally often.
    """

    def __init__(self, clips: Clips, balance: float, device: torch.device) -> None:
        target = clips.target.astype(np.int64)
        self.log_mel = torch.from_numpy(np.array(clips.log_mel)).to(device)
        self.length = torch.from_numpy(clips.length.astype(np.int64)).to(device)
        self.is_picture = torch.from_numpy(clips.is_picture).to(device)
        self.rows_of = [
            torch.from_numpy(np.flatnonzero(target == label)).to(device)
            for label in range(len(LABELS))
        ]
        self.by_label = torch.cat(self.rows_of)  # those of label 0, of label 1, ...
        self.n_rows = torch.tensor([len(rows) for rows in self.rows_of], device=device)
        self.first_row = self.n_rows.cumsum(0) - self.n_rows  # in `by_label`
        counts = self.n_rows[: LABELS.index(SILENCE)].float()
        self.weight = torch.where(counts > 0, counts ** (1 - balance), 0.0)

    def of(self, label: int) -> Tensor:
        """Return all clips of a label, ``(n, n_mels, n_frames)``."""
        return self.log_mel[self.rows_of[label]]

    def draw(self, n: int, draw: Draw) -> tuple[Tensor, Tensor]:
        """Draw words by their weights: log-mels ``(n, n_mels, n_frames)`` and labels ``(n,)``.

        Recordings get what pictures went through.
        """
        labels = torch.zeros(0, dtype=torch.long)
        if n:
            labels = torch.multinomial(self.weight, n, replacement=True, generator=draw.generator)
        share = torch.rand(n, generator=draw.generator).double()
        rows = self.by_label[self.first_row[labels] + (share * self.n_rows[labels]).long()]
        log_mel = self.log_mel[rows].float()
        sound = torch.nonzero(~self.is_picture[rows])[:, 0]
        log_mel[sound] = pictured(log_mel[sound], self.length[rows[sound]])
        return log_mel, labels


def windows_as_pictures(log_mel: Tensor, log_floor: float) -> Tensor:
    """Make windows of sound ``(n, n_mels, n_frames)`` pictures, but for frames of digital silence.

    If only words went through JPEG, a network would learn that clean sound is no word; and a
    recording is clean when it is to be recognised.
    """
    silent = (log_mel < log_floor + _FLOOR_MARGIN).all(dim=1, keepdim=True)
    return torch.where(silent, log_mel, pictured(log_mel))

"""Windows out of longer recordings, and around shorter ones."""

from __future__ import annotations

import numpy as np
import torch

from kws_core.features.front_ends import LogMelConfig
from kws_core.training.batches.crops import Crops
from kws_core.training.dataset.clips import Stream

CONFIG = LogMelConfig()


def windows(n_frames: int, n: int = 300) -> np.ndarray:
    """Windows (n, frames) of a recording whose frames count up from 1; around it is the floor."""
    frames = np.tile(np.arange(1, n_frames + 1, dtype=np.float16), (CONFIG.n_mels, 1))
    crops = Crops([Stream("counted", frames)], CONFIG, torch.device("cpu"))
    return crops.draw(n, torch.Generator().manual_seed(1))[:, 0].numpy()


def test_a_longer_recording_is_cut_anywhere() -> None:
    drawn = windows(200)
    assert (np.diff(drawn, axis=1) == 1).all()
    assert drawn[:, 0].min() <= 5
    assert drawn[:, -1].max() >= 195


def test_a_shorter_one_is_whole_and_anywhere_in_its_window() -> None:
    """Where all began with the window, what began there was learnt to be no word."""
    drawn = windows(30)
    heard = drawn > 0
    assert (heard.sum(axis=1) == 30).all()
    first = heard.argmax(axis=1)
    assert first.min() == 0
    assert first.max() == CONFIG.n_frames - 30
    assert 25 < np.median(first) < 43


def test_one_of_a_second_fills_its_window() -> None:
    assert (windows(CONFIG.n_frames, 5)[:, 0] == 1).all()


def test_hard_windows_are_drawn_near_where_they_were_found() -> None:
    ramp = np.tile(np.arange(400, dtype=np.float16), (CONFIG.n_mels, 1))
    crops = Crops([Stream("ramp", ramp)], CONFIG, torch.device("cpu"))
    crops.hard = torch.tensor([50, 200])
    firsts = crops.draw_hard(64, torch.Generator().manual_seed(0), jitter=3)[:, 0, 0]
    near = torch.minimum((firsts - 50).abs(), (firsts - 200).abs())
    assert near.max() <= 3
    assert {50, 200} <= {round(float(first) / 50) * 50 for first in firsts}

"""What a note on a view consists of."""

from __future__ import annotations

from dataclasses import dataclass

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.resolution import milliseconds
from kws_core.explore.settings import Stft


@dataclass(frozen=True)
class Note:
    """A view explained, as Markdown: what it is, its formulas (LaTeX), and what to look for."""

    title: str
    what: str
    formulas: tuple[str, ...]
    look: str


def frame(stft: Stft) -> str:
    """Say how long frames are and how often they come."""
    length, step = (milliseconds(n / SAMPLE_RATE) for n in (stft.win_length, stft.hop_length))
    return f"{length}, every {step}"

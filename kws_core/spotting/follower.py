"""What may follow a stream beside its detector, and decide on its own."""

from __future__ import annotations

from typing import Protocol

from kws_core.spotting.decision import Levels
from kws_core.spotting.history import History
from kws_core.spotting.windows import ScoredWindows


class Follower(Protocol):
    """Gets every window that a detector scores, in the thread that pushes sound."""

    def follow(self, scored: ScoredWindows, sound: History, levels: Levels) -> None:
        """Take new windows, in order.

        sound: samples at 16 kHz, numbered as the ends of the windows, good until the return.
        levels: those of steps of 10 ms before a step.
        """

    def interrupt(self) -> None:
        """Take note that sound is missing: what comes next is numbered from 0 again."""

    def came_late(self, seconds: float) -> None:
        """Take note how long after its recording the sound of the last windows was decided on."""

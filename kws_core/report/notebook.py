"""What is known of the notebook that this project started from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class NotebookRecord:
    """What is known of the notebook that this project started from.

    claimed: the accuracy in its README. right and tested: the counts in its own log, which are
    also the diagonal of its confusion matrix. trained_on: the clips its training log counts.
    """

    model: str
    claimed: float
    right: int
    tested: int
    trained_on: int
    training_clips: int
    weights: int
    macs: int
    cause: str
    url: str

    @property
    def logged(self) -> float:
        """The accuracy that its log shows."""
        return self.right / self.tested


NOTEBOOK: Final = NotebookRecord(
    model="seed-cnn",
    claimed=0.79,
    right=8438,
    tested=11_005,
    trained_on=105_829,
    training_clips=84_843,
    weights=13_000_803,
    macs=27_700_000,
    cause=(
        "paths such as ./yes/a.wav were compared with yes/a.wav, so nothing was taken out of the "
        "training set"
    ),
    url="https://github.com/pytorch/tutorials/issues/1830",
)

"""What a clip was heard as: every label with its probability, and how long that took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from kws_core.labels import SILENCE, UNKNOWN


@dataclass(frozen=True)
class Timing:
    """How long a prediction took, in seconds: its front end, and its network."""

    features: float = 0.0
    model: float = 0.0


@dataclass(frozen=True)
class Prediction:
    """What a clip was heard as.

    label: the best of the model's labels; score: its probability; scores: the probability of
    every label, best first, adding up to 1.
    """

    label: str
    score: float
    scores: dict[str, float]
    timing: Timing = field(default=Timing(), compare=False)

    @classmethod
    def of(
        cls, labels: Sequence[str], row: npt.NDArray[np.floating], timing: Timing = Timing()
    ) -> Prediction:
        """Make the prediction of one row of probabilities, (labels,)."""
        order = np.argsort(-row, kind="stable")
        scores = {labels[i]: float(row[i]) for i in order}
        best = labels[order[0]]
        return cls(best, scores[best], scores, timing)

    @property
    def is_word(self) -> bool:
        """Whether the best label is a word, neither silence nor unknown."""
        return self.label not in (SILENCE, UNKNOWN)

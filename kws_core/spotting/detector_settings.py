"""How the detector listens and when it calls something a word."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kws_core.errors import SettingsError
from kws_core.labels import SILENCE, UNKNOWN
from kws_core.spotting.isolation import Isolation
from kws_core.spotting.loudness import STEP_S


@dataclass(frozen=True)
class DetectorSettings:
    """Times in seconds, probabilities from 0 to 1, levels in dB of full scale.

    hop: between one window (of a second) and the next. smoothing: over how long the scores
    are averaged. threshold: least smoothed score of a word; word_thresholds: other ones for
    some words. hysteresis: once heard, a word can be heard again only after its smoothed score
    was so far below its threshold. refractory: nothing is heard for so long after any word.
    gate_db: windows whose loudest 10 ms are quieter hold no word. alone: only commands on their
    own are heard, with the pauses that `isolation` asks for, and show once the pause after them is
    long enough; without it, words inside sentences are heard too. words: to listen for, all if
    None; what sounds most like another word is not taken for one of them. history: how much of
    the past is kept for drawing and replaying.

    Smoothing (of 0.16 to 0.48 s) and threshold were chosen on validation streams and fluent
    English: fewer than five false alarms per hour of it with 93 % of words in quiet heard. Longer
    smoothing gives fewer alarms, but words come later, and are lost where the next one follows
    quickly. Another smoothing is measured by
    ``python -m kws_core evaluate-stream --smoothing 0.4 --data DATA --out FOLDER``. Words have no
    thresholds of their own by default: those chosen on validation did worse on other speech.
    Raises SettingsError if they make no sense.
    """

    hop: float = 0.08
    smoothing: float = 0.32
    threshold: float = 0.99
    word_thresholds: Mapping[str, float] = field(default_factory=dict, hash=False)
    hysteresis: float = 0.15
    refractory: float = 0.3
    gate_db: float = -60.0
    alone: bool = True
    isolation: Isolation = field(default_factory=Isolation)
    words: tuple[str, ...] | None = None
    history: float = 10.0

    def __post_init__(self) -> None:
        steps = self.hop / STEP_S
        _require(
            0 < self.hop <= 1 and math.isclose(steps, round(steps), abs_tol=1e-6),
            f"The hop is {self.hop:g} s: choose a multiple of {STEP_S:g} s up to 1 s.",
        )
        _require(0 <= self.smoothing <= 2, f"Smoothing over {self.smoothing:g} s: choose 0 to 2 s.")
        for name, value in {"": self.threshold, **self.word_thresholds}.items():
            of = f" of {name!r}" if name else ""
            _require(0 < value <= 1, f"The threshold{of} is {value:g}: choose 0 to 1.")
        _require(0 <= self.hysteresis < 1, f"The hysteresis is {self.hysteresis:g}: choose 0 to 1.")
        _require(
            0 <= self.refractory <= 10,
            f"A refractory time of {self.refractory:g} s: choose 0 to 10 s.",
        )
        _require(2 <= self.history <= 600, f"A history of {self.history:g} s: choose 2 to 600 s.")

    @property
    def hop_steps(self) -> int:
        """The hop in steps of 10 ms."""
        return round(self.hop / STEP_S)

    @property
    def n_smoothed(self) -> int:
        """How many windows are averaged."""
        return max(1, round(self.smoothing / self.hop))

    def threshold_of(self, word: str) -> float:
        """Return the least smoothed score of a word."""
        return self.word_thresholds.get(word, self.threshold)

    def listened_for(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return which of a model's labels can be heard.

        Raises SettingsError for a word, chosen or with a threshold, that is none of them.
        """
        known = tuple(label for label in labels if label not in (SILENCE, UNKNOWN))
        chosen = known if self.words is None else self.words
        strange = [word for word in (*chosen, *self.word_thresholds) if word not in known]
        _require(
            not strange,
            f"This model doesn't know the word {strange[0] if strange else ''!r}: "
            f"choose among {', '.join(known)}.",
        )
        return tuple(chosen)


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise SettingsError(message)

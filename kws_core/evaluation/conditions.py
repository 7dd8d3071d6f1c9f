"""The same clips under other conditions: in noise, through a narrow band, faint, and shifted.

Every condition is a draw of `kws_core.augment`, applied to a clip in the middle of its second.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.audio.one_second import in_room_tone
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment import Draw
from kws_core.augment.steps.background import BackgroundDraw
from kws_core.augment.steps.gain import GainDraw
from kws_core.augment.steps.resampling import ResamplingDraw
from kws_core.augment.steps.shift import ShiftDraw
from kws_core.evaluation.material import Spoken
from kws_core.evaluation.scoring import score
from kws_core.results.metrics import accuracy
from kws_core.spotting.recognizer import Recognizer

SNRS_DB = (20, 10, 5, 0, -5)
LOWER_RATES = (8000, 6000, 4000)  # Hz
GAINS_DB = (-10, -20, -30, -40)
SHIFTS_S = (-0.2, -0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15, 0.2)

_METHOD = (
    "Each clip in the middle of a second of its room tone. Noise: a random second of it (the same "
    "one at every ratio), at a ratio of the mean powers of both whole seconds. Bandwidth: "
    "resampled to the lower rate and back. Level: turned down and rounded to 16 bits. Shift: later "
    "if positive, filled with zeros; what leaves the second is lost."
)


@dataclass(frozen=True)
class QuietDraw(Draw):
    """A gain in dB, and what a 16-bit recording keeps of it."""

    gain_db: float

    def _changed(
        self, clip: Samples, sample_rate: int, recordings: Mapping[str, Samples]
    ) -> Samples:
        quiet = GainDraw(self.gain_db).apply(clip, sample_rate)
        return np.round(quiet * 2**15) / np.float32(2**15)


def balanced_rows(
    target: npt.NDArray[np.int64], n: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Draw `n` of the clips, of every word as many as there are, up to the same number; sorted."""
    shuffled = rng.permutation(len(target))
    # How many of its word come before each clip: the first of every word are taken, then ...
    turn = np.zeros(len(target), dtype=np.int64)
    for word in np.unique(target):
        of_word = shuffled[target[shuffled] == word]
        turn[of_word] = np.arange(len(of_word))
    order = shuffled[np.argsort(turn[shuffled], kind="stable")]
    return np.sort(order[:n])


def measure_conditions(
    recognizer: Recognizer, spoken: Spoken, noises: Mapping[str, Samples], seed: int
) -> dict[str, Any]:
    """Return the accuracy of the clips as they are and under every condition, as JSON values."""

    def share(draws: Sequence[Draw] | None, what: str) -> dict[str, Any]:
        windows = _windows(spoken, recognizer.n_samples, draws, noises)
        scores = score(recognizer, windows, len(spoken), what)
        return asdict(accuracy(scores, spoken.target))

    def same(draw: Draw) -> list[Draw]:
        return [draw] * len(spoken)

    noisy = []
    for kind in noises:
        position = np.random.default_rng(seed).random(len(spoken))
        for snr_db in SNRS_DB:
            draws = [BackgroundDraw(kind, snr_db, float(p)) for p in position]
            noisy.append({"noise": kind, "snr_db": snr_db} | share(draws, f"{kind} {snr_db} dB"))
    return {
        "method": _METHOD,
        "n": len(spoken),
        "clean": share(None, "clean"),
        "noise": noisy,
        "bandwidth": [
            {"sample_rate": rate} | share(same(ResamplingDraw(rate)), f"{rate} Hz")
            for rate in LOWER_RATES
        ],
        "level": [
            {"gain_db": gain} | share(same(QuietDraw(gain)), f"{gain} dB") for gain in GAINS_DB
        ],
        "shift": [
            {"seconds": shift} | share(same(ShiftDraw(shift)), f"{shift:+g} s")
            for shift in SHIFTS_S
        ],
    }


def _windows(
    spoken: Spoken, n_samples: int, draws: Sequence[Draw] | None, noises: Mapping[str, Samples]
) -> Iterator[Samples]:
    for i, clip in enumerate(spoken.clips):
        window = in_room_tone(clip, n_samples)
        yield window if draws is None else draws[i].apply(window, SAMPLE_RATE, noises)

"""Level of the incoming sound, and advice."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kws_core.audio.waveform import Samples

Verdict = Literal["waiting", "no signal", "quiet", "steady", "good", "clipping"]

NO_SIGNAL_DB = -75.0  # of full scale, RMS of a frame: any microphone that is on has more noise
QUIET_DB = -45.0  # speech at arm's length is well above
# How far the loudest block of speech is above the median of some seconds: pink noise reaches 4 dB,
# the words of a sample at 10 dB above such noise 18.
SPEECH_ABOVE_DB = 6.0
CLIPPING = 0.99  # of full scale
NOW_S, JUDGED_S = 0.3, 3.0  # what the meter shows, and what the advice is about

ADVICE: dict[Verdict, str] = {
    "waiting": "Listening.",
    "no signal": "No signal. Is the right microphone chosen, and is it switched on?",
    "quiet": "Very quiet. Come closer or turn the microphone up.",
    "steady": "Steady noise, no speech.",
    "good": "Level is good.",
    "clipping": "Too loud: the sound is clipped. Move back or turn the microphone down.",
}

_LOWEST_DB = -100.0
_BLOCK_S = 0.02


@dataclass(frozen=True)
class Level:
    """RMS level in dB of full scale, and a verdict on the last seconds."""

    db: float = _LOWEST_DB
    verdict: Verdict = "waiting"

    @property
    def advice(self) -> str:
        """The verdict in words, with a remedy."""
        return ADVICE[self.verdict]


class LevelMeter:
    """Watches the level of a stream, frame by frame."""

    def __init__(self) -> None:
        self._blocks: deque[tuple[float, float, float]] = deque()  # seconds, power, peak
        self._seconds = 0.0

    def push(self, samples: Samples, seconds: float) -> None:
        """Take a piece of the stream, (n,), and its length in seconds."""
        if not len(samples):
            return
        n_blocks = max(round(seconds / _BLOCK_S), 1)
        starts = np.arange(n_blocks) * len(samples) // n_blocks
        energies = np.add.reduceat(np.square(samples, dtype=np.float64), starts)
        powers = energies / np.diff(starts, append=len(samples))
        peaks = np.maximum.reduceat(np.abs(samples), starts)
        for power, peak in zip(powers.tolist(), peaks.tolist(), strict=True):
            self._blocks.append((seconds / n_blocks, power, peak))
        self._seconds += seconds
        while len(self._blocks) > 1 and self._seconds - self._blocks[0][0] >= JUDGED_S:
            self._seconds -= self._blocks.popleft()[0]

    def read(self) -> Level:
        """Return the level now, judged by the last seconds."""
        if not self._blocks:
            return Level()
        energy, seconds = 0.0, 0.0
        for length, power, _ in reversed(self._blocks):
            if seconds >= NOW_S:
                break
            energy, seconds = energy + power * length, seconds + length
        return Level(_db(energy / seconds), self._judge())

    def _judge(self) -> Verdict:
        if max(peak for _, _, peak in self._blocks) >= CLIPPING:
            return "clipping"
        if self._seconds < 1.0:
            return "waiting"  # too early to say
        powers = [power for _, power, _ in self._blocks]
        loudest = _db(max(powers))
        if loudest < NO_SIGNAL_DB:
            return "no signal"
        if loudest < QUIET_DB:
            return "quiet"
        return "good" if loudest - _db(float(np.median(powers))) > SPEECH_ABOVE_DB else "steady"


def _db(power: float) -> float:
    return max(float(10 * np.log10(power + 1e-20)), _LOWEST_DB)

"""How loud the sound is that arrives, and what to do about it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kws_core.audio.waveform import Samples

Verdict = Literal["waiting", "no signal", "quiet", "good", "clipping"]

NO_SIGNAL_DB = -75.0  # of full scale, RMS of a frame: any microphone that is on has more noise
QUIET_DB = -45.0  # speech at arm's length is well above
CLIPPING = 0.99  # of full scale
NOW_S, JUDGED_S = 0.3, 3.0  # what the meter shows, and what the advice is about

ADVICE: dict[Verdict, str] = {
    "waiting": "Listening.",
    "no signal": "No signal. Is the right microphone chosen, and is it switched on?",
    "quiet": "Very quiet. If you are speaking, come closer or turn the microphone up.",
    "good": "The last seconds were loud enough.",
    "clipping": "Too loud, the sound is cut off. Move back, or turn the microphone down.",
}

_LOWEST_DB = -100.0


@dataclass(frozen=True)
class Level:
    """What a meter shows: the RMS level in dB of full scale, and whether it is right."""

    db: float = _LOWEST_DB
    verdict: Verdict = "waiting"

    @property
    def advice(self) -> str:
        """What to do."""
        return ADVICE[self.verdict]


class LevelMeter:
    """Watches the level of a stream, frame by frame."""

    def __init__(self) -> None:
        self._frames: deque[tuple[float, float, float]] = deque()  # seconds, power, peak
        self._seconds = 0.0

    def push(self, samples: Samples, seconds: float) -> None:
        """Take a frame (n,) that lasts so long."""
        if not len(samples):
            return
        power = float(np.mean(np.square(samples, dtype=np.float64)))
        self._frames.append((seconds, power, float(np.abs(samples).max())))
        self._seconds += seconds
        while len(self._frames) > 1 and self._seconds - self._frames[0][0] >= JUDGED_S:
            self._seconds -= self._frames.popleft()[0]

    def read(self) -> Level:
        """Return the level now, judged by the last seconds."""
        if not self._frames:
            return Level()
        loudest = _db(max(power for _, power, _ in self._frames))
        energy, seconds = 0.0, 0.0
        for length, power, _ in reversed(self._frames):
            if seconds >= NOW_S:
                break
            energy, seconds = energy + power * length, seconds + length
        return Level(_db(energy / seconds), self._judge(loudest))

    def _judge(self, loudest_db: float) -> Verdict:
        if max(peak for _, _, peak in self._frames) >= CLIPPING:
            return "clipping"
        if self._seconds < 1.0:
            return "waiting"  # too early to say
        if loudest_db < NO_SIGNAL_DB:
            return "no signal"
        return "quiet" if loudest_db < QUIET_DB else "good"


def _db(power: float) -> float:
    return max(float(10 * np.log10(power + 1e-20)), _LOWEST_DB)

"""A tone in a second of silence, and its pitch and place measured again."""

from __future__ import annotations

import numpy as np

from kws_core.augment import Draw

RATE = 16_000


def tone(frequency: float, first: float = 0.0, last: float = 1.0) -> np.ndarray:
    """One second, with a tone from `first` to `last` in it."""
    time = np.arange(RATE) / RATE
    heard = (time >= first) & (time < last)
    return (0.3 * np.sin(2 * np.pi * frequency * time) * heard).astype(np.float32)


def pitch_of(samples: np.ndarray) -> float:
    """Frequency of the strongest tone in the middle of a second."""
    middle = samples[4000:12_000] * np.hanning(8000)
    return float(np.abs(np.fft.rfft(middle, 2**17)).argmax() * RATE / 2**17)


def heard_from_to(samples: np.ndarray) -> tuple[float, float]:
    """When the sound is louder than half its usual level, in seconds."""
    level = np.convolve(samples**2, np.ones(160) / 160, "same")
    loud = np.flatnonzero(level > 0.25 * np.median(level[level > 0.01 * level.max()]))
    return loud[0] / RATE, loud[-1] / RATE


def passed_db(drawn: Draw, frequency: float, rate: int = RATE) -> float:
    """How much of a long tone a draw lets through, in dB."""
    tone = np.sin(2 * np.pi * frequency * np.arange(rate) / rate)
    out = drawn.apply(tone, rate)[rate // 4 : -rate // 4]
    return 10 * np.log10(np.mean(out.astype(float) ** 2) / 0.5 + 1e-20)

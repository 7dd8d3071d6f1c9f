"""Sounds for the tests of the views: tones, a buzz, noise, and clips that are odd."""

from __future__ import annotations

import numpy as np

from kws_core.audio.remembered import Sound
from tests.helpers.sounds import noise

RATE = 16_000


def tone(seconds: float = 1.0, hz: float = 1000.0, level: float = 0.5) -> np.ndarray:
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def buzz(seconds: float = 1.0, f0: float = 120.0) -> np.ndarray:
    """Return something like a voice: twenty harmonics, each weaker than the one below."""
    parts = [tone(seconds, f0 * number, 0.2 / number) for number in range(1, 21)]
    return np.sum(parts, axis=0).astype(np.float32)


def word(seconds: float = 1.0) -> Sound:
    """Return a buzz and then a hiss, with a faint background around."""
    samples = noise(seconds, 1e-4)
    n = len(samples)
    samples[n // 4 : n // 2] += buzz(seconds)[n // 4 : n // 2]
    samples[n // 2 : 5 * n // 8] += noise(seconds, 0.05, seed=1)[n // 2 : 5 * n // 8]
    return Sound(samples)


ODD = {
    "a tenth of a second": tone(0.1),
    "silence": np.zeros(RATE, np.float32),
    "almost silence": np.full(RATE // 2, 1e-6, np.float32),
    "clipped": np.clip(9 * buzz(), -1, 1).astype(np.float32),
    "a constant": np.full(RATE, 0.5, np.float32),
    "a click": np.eye(1, RATE, RATE // 2, dtype=np.float32)[0],
    "an odd length": noise(0.12345),
}

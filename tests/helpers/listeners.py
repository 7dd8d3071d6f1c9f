"""Recognisers whose answers are known: they listen to the pitch of a tone."""

from __future__ import annotations

import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.labels import SILENCE

WORDS = {"low": 500, "middle": 1200, "high": 2500}  # Hz


def burst(word: str, seed: int, seconds: float = 0.5) -> np.ndarray:
    """A tone of a word's pitch in a little noise, with silence around, 0.8 s."""
    noise = 1e-4 * np.random.default_rng(seed).standard_normal(round(0.8 * SAMPLE_RATE))
    time = np.arange(len(noise)) / SAMPLE_RATE
    inside = np.abs(time - 0.4) < seconds / 2
    return (noise + 0.3 * inside * np.sin(2 * np.pi * WORDS[word] * time)).astype(np.float32)


class ToneListener:
    """Hears the word whose pitch is loudest, with the score it was given; otherwise silence."""

    labels = (*WORDS, SILENCE)
    n_samples = SAMPLE_RATE

    def __init__(self, sureness: dict[str, float] | None = None) -> None:
        self.sureness = dict.fromkeys(WORDS, 0.9) | (sureness or {})

    def posteriors(self, windows: np.ndarray) -> np.ndarray:
        """Return probabilities (n, labels) of windows (n, n_samples)."""
        spectrum = np.abs(np.fft.rfft(windows, axis=1))
        pitch = spectrum.argmax(axis=1) * SAMPLE_RATE / windows.shape[1]
        rows = np.zeros((len(windows), len(self.labels)))
        for row, hertz, peak in zip(rows, pitch, spectrum.max(axis=1), strict=True):
            word = min(WORDS, key=lambda w: abs(WORDS[w] - hertz))
            heard = abs(WORDS[word] - hertz) < 50 and peak > 1
            row[-1] = 1 - self.sureness[word] * heard
            row[self.labels.index(word)] = self.sureness[word] * heard
        return rows


class StreamListener(ToneListener):
    """Hears a tone only when it lies in the window with room around it, as words are heard."""

    def log_mel_config(self) -> None:
        """It listens to samples."""
        return None

    def posteriors(self, windows: np.ndarray) -> np.ndarray:
        rows = super().posteriors(windows)
        cut = np.abs(windows[:, [*range(160), *range(-160, 0)]]).max(axis=1) > 0.01
        rows[cut] = 0
        rows[cut, -1] = 1
        return rows

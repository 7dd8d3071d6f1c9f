"""One take said in other ways: earlier and later in the window, by other voices, in noise.

A word is learnt from a handful of recordings. A stream shows it anywhere in the window, and
another person has a shorter or longer vocal tract, so that all of it is a little higher or lower.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from kws_core.audio.one_second import room_tone
from kws_core.audio.waveform import SAMPLE_RATE, Samples

SHIFTS_S = (-0.16, -0.08, 0.0, 0.08, 0.16)  # the hop of a detector apart
_SPEEDS = (0.86, 0.93, 1.08, 1.16)  # of a tape: higher than 1 is quicker and higher
_SNRS_DB = (20.0, 10.0)


def shifted_windows(sound: Samples, n_samples: int) -> Samples:
    """Return windows (5, n_samples) with a word's sound (n,) at 16 kHz earlier and later in them.

    Around it is its own room tone.
    """
    return np.stack([_placed(sound, n_samples, shift) for shift in SHIFTS_S])


def varied_windows(sound: Samples, n_samples: int, rng: np.random.Generator) -> Samples:
    """Return windows (variants, n_samples) of a word's sound (n,) at 16 kHz, said otherwise."""
    windows = []
    for speed in _SPEEDS:
        other = _at_speed(sound, speed)[:n_samples]
        windows.append(_placed(other, n_samples, rng.uniform(-0.12, 0.12)))
    for snr_db in _SNRS_DB:
        window = _placed(sound, n_samples, rng.uniform(-0.12, 0.12))
        windows.append(window + _noise(sound, n_samples, snr_db, rng))
    return np.stack(windows)


def _placed(sound: Samples, n_samples: int, shift_s: float) -> Samples:
    """Put a sound into its room tone, `shift_s` seconds after the middle, but whole."""
    window = room_tone(sound, n_samples)
    start = (n_samples - len(sound)) // 2 + round(shift_s * SAMPLE_RATE)
    start = min(max(start, 0), n_samples - len(sound))
    window[start : start + len(sound)] = sound
    return window


def _at_speed(sound: Samples, speed: float) -> Samples:
    time = np.arange(0, len(sound) - 1, speed)
    return np.asarray(np.interp(time, np.arange(len(sound)), sound), dtype=np.float32)


def _noise(sound: Samples, n_samples: int, snr_db: float, rng: np.random.Generator) -> Samples:
    """Return noise as rooms have it, which falls towards high frequencies."""
    spectrum = np.fft.rfft(rng.standard_normal(n_samples))
    hz = np.maximum(np.fft.rfftfreq(n_samples, 1 / SAMPLE_RATE), 50.0)
    noise: npt.NDArray[np.float64] = np.fft.irfft(spectrum / np.sqrt(hz), n_samples)
    level = np.sqrt(np.mean(np.square(sound, dtype=np.float64)) * 10 ** (-snr_db / 10))
    return np.asarray(noise / np.sqrt(np.mean(noise**2)) * level, dtype=np.float32)

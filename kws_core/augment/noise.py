"""Noise: synthesised in a colour, and mixed in at a signal-to-noise ratio."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.step import Range, evenly

NoiseColor = Literal["white", "pink", "brown"]

_SLIDER, _SWEPT = (-20, 40, 1), evenly(-20, 30, 21)
SNR = Range("snr_db", "Signal-to-noise ratio", "dB", (-40, 80), _SLIDER, swept=_SWEPT)

# How power falls with frequency: as frequency to this power.
_POWER_SLOPE: dict[NoiseColor, int] = {"white": 0, "pink": 1, "brown": 2}

# Most of the power of brown noise would lie below hearing, and the signal-to-noise ratio would
# say little about what is heard.
_LOWEST_HZ = 20.0


def colored_noise(color: NoiseColor, n_samples: int, sample_rate: int, seed: int) -> Samples:
    """Return Gaussian noise of mean power 1 (unless there is one sample only), (n_samples,).

    The power density is flat (white), or falls by 3 dB (pink) or 6 dB (brown) per octave from
    20 Hz up, with nothing below. The same seed and length give the same noise.
    """
    white = np.random.default_rng(seed).standard_normal(n_samples, dtype=np.float32)
    noise = white if color == "white" else _filtered(white, _POWER_SLOPE[color], sample_rate)
    return noise / np.float32(math.sqrt(mean_power(noise) or 1.0))


def add_at_snr(clip: Samples, noise: Samples, snr_db: float) -> Samples:
    """Add noise ``(n,)`` at a signal-to-noise ratio of the mean powers of clip and noise.

    The definition of torchaudio's ``add_noise``. Silent noise adds nothing.
    """
    power = mean_power(noise)
    if power == 0.0:
        return clip
    gain = math.sqrt(mean_power(clip) / power) * amplitude_factor(-snr_db)
    return clip + np.float32(gain) * noise


def mean_power(samples: Samples) -> float:
    """Return the mean square of the samples."""
    return float(np.mean(np.square(samples, dtype=np.float64)))


def amplitude_factor(decibels: float) -> float:
    """Return the factor on amplitudes for a change of level in dB."""
    return float(10.0 ** (decibels / 20.0))


def _filtered(white: Samples, slope: int, sample_rate: int) -> Samples:
    spectrum = np.fft.rfft(white)
    frequency = np.fft.rfftfreq(len(white), 1.0 / sample_rate)
    heard = frequency >= _LOWEST_HZ
    spectrum[heard] *= frequency[heard] ** (-slope / 2)
    spectrum[~heard] = 0.0
    return np.fft.irfft(spectrum, len(white)).astype(np.float32)

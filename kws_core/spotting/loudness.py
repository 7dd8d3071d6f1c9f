"""How loud a recording is over time, which of it stands out from the background, and its dips."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from scipy.ndimage import (
    maximum_filter1d,
    minimum_filter1d,
    percentile_filter,
    uniform_filter1d,
)

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.features.front_ends import power_spectrogram

STEP = SAMPLE_RATE // 100  # 10 ms: one level per step
STEP_S = STEP / SAMPLE_RATE
_WINDOW = 2 * STEP
_N_FFT = 512
_VOICE_HZ = (100.0, 5000.0)  # hum and hiss outside say little about words
_VOICE = slice(
    math.ceil(_VOICE_HZ[0] * _N_FFT / SAMPLE_RATE),
    math.floor(_VOICE_HZ[1] * _N_FFT / SAMPLE_RATE) + 1,
)
_HANN = torch.hann_window(_WINDOW)
_HANN_ENERGY = float(_HANN.square().sum())

_NEIGHBOURHOOD = 300  # steps that background and peak are taken from
_BACKGROUND_PERCENTILE = 15
_CLEARLY_ABOVE_DB = 6.0
_JUST_ABOVE_DB = 3.0  # enough where the level is averaged over 50 ms, which steadies noise
_AVERAGED = 5
_BELOW_PEAK_DB = 32.0
_LOWEST_DB = -70.0  # of full scale: below is nobody speaking to this microphone
_SHORTEST_SOUND = 3  # steps: shorter is a click
_DIP_DB = 4.0

Steps = npt.NDArray[np.bool_]


def levels_db(samples: Samples) -> npt.NDArray[np.float64]:
    """Return the level of each 10 ms step of 16 kHz samples (n,), in dB of a full-scale square.

    Shape ``(ceil(n / STEP),)``; each from 20 ms around the step's middle, 100 Hz to 5 kHz.
    """
    if not len(samples):
        return np.zeros(0)
    n_steps = -(-len(samples) // STEP)
    side = (_WINDOW - STEP) // 2
    padded = np.pad(samples, (side, n_steps * STEP - len(samples) + side))
    power = power_spectrogram(torch.from_numpy(padded), _HANN, _N_FFT, STEP).numpy()
    # Parseval: one side of the spectrum holds half of the energy of the windowed samples.
    mean_square = 2 * power[_VOICE].sum(axis=0) / _N_FFT / _HANN_ENERGY
    return np.asarray(10 * np.log10(mean_square.astype(np.float64) + 1e-12))


def background_db(level_db: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the level of the background around each step: what 15 % of 3 s stay below."""
    return np.asarray(
        percentile_filter(level_db, _BACKGROUND_PERCENTILE, _NEIGHBOURHOOD, mode="nearest")
    )


def active_frames(level_db: npt.NDArray[np.float64], *, faint: bool = False) -> Steps:
    """Say which steps stand out: above the background around, near enough to the peak around.

    faint: also sounds that noise nearly covers, with edges a little less exact.
    """
    if not level_db.size:
        return np.zeros(0, dtype=bool)
    level = uniform_filter1d(level_db, _AVERAGED, mode="nearest") if faint else level_db
    background = background_db(level)
    peak = maximum_filter1d(level, _NEIGHBOURHOOD, mode="nearest")
    above = _JUST_ABOVE_DB if faint else _CLEARLY_ABOVE_DB
    threshold = np.maximum(background + above, peak - _BELOW_PEAK_DB)
    active: Steps = level > np.maximum(threshold, _LOWEST_DB)
    for first, last in runs(active):
        if last - first < _SHORTEST_SOUND:
            active[first:last] = False
    return active


def runs(active: Steps) -> list[tuple[int, int]]:
    """Return the first step of each active stretch and the one after its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def valleys(level_db: npt.NDArray[np.float64], active: Steps) -> list[int]:
    """Return the active steps where the level dips by at least 4 dB: where words may meet."""
    if len(level_db) < 3:
        return []
    smooth = uniform_filter1d(level_db, 5, mode="nearest")
    reach = 15  # steps to each side in which the level must rise again
    found: list[int] = []
    lowest = smooth == minimum_filter1d(smooth, 9, mode="nearest")  # of 40 ms to each side
    for dip in np.flatnonzero(lowest & active):
        left = smooth[max(0, dip - reach) : dip].max(initial=-np.inf)
        right = smooth[dip + 1 : dip + 1 + reach].max(initial=-np.inf)
        if min(left, right) - smooth[dip] >= _DIP_DB:
            found.append(int(dip))
    return found

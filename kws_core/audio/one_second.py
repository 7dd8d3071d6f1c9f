"""Room tone: what a clip that is too short is put into, as loud as its own quietest moments.

Film and radio lay it under cuts, because the ear notices digital silence; so do our networks, which
take a word cut right at its first and last sound for a piece of speech when nothing at all is
around it. `docs/experiments.md` has what it is worth.
"""

from __future__ import annotations

import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE, Samples

_STEP = SAMPLE_RATE // 100  # 10 ms, whose levels are compared
_QUIETEST_SHARE = 0.1  # of the steps
_LEAST_BELOW_DB = 15.0  # the clip's own level: one long vowel has no quiet moment
_SEED = 0  # the same clip is heard the same way every time


def room_tone(samples: Samples, n_samples: int) -> Samples:
    """Return white noise (n_samples,) as loud as the quietest tenth of a 16 kHz clip (m,).

    At least 15 dB below the clip as a whole, and silent if the clip is, or is below 10 ms.
    """
    steps = samples[: len(samples) // _STEP * _STEP].reshape(-1, _STEP)
    power = np.sort(np.square(steps, dtype=np.float64).mean(axis=1))
    if not power.size:
        return np.zeros(n_samples, np.float32)
    quietest = power[: max(1, int(len(power) * _QUIETEST_SHARE))].mean()
    level = np.sqrt(min(quietest, power.mean() * 10 ** (-_LEAST_BELOW_DB / 10)))
    noise = np.random.default_rng(_SEED).standard_normal(n_samples, dtype=np.float32)
    return noise * np.float32(level)


def in_room_tone(samples: Samples, n_samples: int) -> Samples:
    """Put a 16 kHz clip (m,) in the middle of its room tone, or cut both sides alike: (n_samples,).

    A clip of `n_samples` is left as it is.
    """
    if len(samples) >= n_samples:
        first = (len(samples) - n_samples) // 2
        return samples[first : first + n_samples]
    window = room_tone(samples, n_samples)
    before = (n_samples - len(samples)) // 2
    window[before : before + len(samples)] = samples
    return window

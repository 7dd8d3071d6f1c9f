"""One second of a clip: which one, and the room tone that a shorter clip is put into.

Room tone is as loud as the clip's own quietest moments. Film and radio lay it under cuts, because
the ear notices digital silence; so do our networks, which take a word cut right at its first and
last sound for a piece of speech when nothing at all is around it. `docs/experiments.md` has what it
is worth.
"""

from __future__ import annotations

import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE, Samples

# Codecs pad, and recorders stop late: that much more than a second is still one word's second.
SLACK_SAMPLES = SAMPLE_RATE // 10
_STEP = SAMPLE_RATE // 100  # 10 ms, in which quiet moments and the loudest second are looked for
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
    """Put a 16 kHz clip (m,) in the middle of its room tone, or take its loudest (n_samples,).

    A clip of `n_samples` is left as it is.
    """
    if len(samples) >= n_samples:
        first = _loudest_first(samples, n_samples)
        return samples[first : first + n_samples]
    window = room_tone(samples, n_samples)
    before = (n_samples - len(samples)) // 2
    window[before : before + len(samples)] = samples
    return window


def fits_whole(samples: Samples, n_samples: int) -> bool:
    """Whether all of a clip is seen at once."""
    return len(samples) <= n_samples + SLACK_SAMPLES


def cut_second(samples: Samples, n_samples: int, start: float) -> Samples:
    """Return `n_samples` of a clip (m,) at 16 kHz, from `start` seconds on.

    A shorter clip is in the middle of its room tone, wherever it should start; a start that is
    too late gives the clip's end.
    """
    if fits_whole(samples, n_samples):
        window = in_room_tone(samples, n_samples)
    else:
        first = min(max(round(start * SAMPLE_RATE), 0), len(samples) - n_samples)
        window = samples[first : first + n_samples]
    return window.copy()  # torch wants samples that may be written


def last_start(samples: Samples, n_samples: int) -> float:
    """Return the latest second that a whole window can start at."""
    return max(len(samples) - n_samples, 0) / SAMPLE_RATE


def start_around(begin: float, end: float, samples: Samples, n_samples: int) -> float:
    """Return where the window starts that has a word, `begin` to `end` seconds, in its middle."""
    start = (begin + end - n_samples / SAMPLE_RATE) / 2
    return round(min(max(start, 0.0), last_start(samples, n_samples)), 2)


def loudest_start(samples: Samples, n_samples: int) -> float:
    """Return where the window with the most energy starts, in steps of 10 ms."""
    if fits_whole(samples, n_samples):
        return 0.0
    return _loudest_first(samples, n_samples) / SAMPLE_RATE


def _loudest_first(samples: Samples, n_samples: int) -> int:
    whole = samples[: len(samples) // _STEP * _STEP].reshape(-1, _STEP)
    energy = np.concatenate([[0.0], np.cumsum(np.square(whole, dtype=np.float64).sum(axis=1))])
    width = n_samples // _STEP
    return int(np.argmax(energy[width:] - energy[:-width])) * _STEP

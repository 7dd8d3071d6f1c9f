"""The second of a clip that a model sees, and which one it is."""

from __future__ import annotations

from typing import Final

import numpy as np

from kws_core.audio.one_second import in_room_tone
from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.augment.steps import NO_RECORDINGS, Recordings
from kws_core.spotting.recognizer import ROUNDING_SAMPLES

KEPT_BYTES: Final = 16 * 2**20  # hundreds of draws; a session has one second at a time
_STEP: Final = SAMPLE_RATE // 100  # 10 ms, in which the loudest second is looked for


class Second(Sound):
    """One second of sound, (n,) at 16 kHz, with all that was computed from it.

    start: where it is in its clip, in seconds. recordings: by name, those that may be added.
    """

    def __init__(
        self, samples: Samples, start: float = 0.0, recordings: Recordings = NO_RECORDINGS
    ) -> None:
        super().__init__(samples, KEPT_BYTES)
        self.start = start
        self.recordings = recordings


def fits_whole(samples: Samples, n_samples: int) -> bool:
    """Whether all of a clip is seen at once."""
    return len(samples) <= n_samples + ROUNDING_SAMPLES


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
    whole = samples[: len(samples) // _STEP * _STEP].reshape(-1, _STEP)
    energy = np.concatenate([[0.0], np.cumsum(np.square(whole, dtype=np.float64).sum(axis=1))])
    width = n_samples // _STEP
    return float(np.argmax(energy[width:] - energy[:-width])) * _STEP / SAMPLE_RATE

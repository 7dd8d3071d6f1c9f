"""What the sentences on a clip have in common: where it is loud, and how numbers are written."""

from __future__ import annotations

import numpy as np

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore import spectra, tracks
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import Span

SILENT = "This clip is silent: there is nothing to see."

_SILENT_PEAK = 1e-5


def is_silent(sound: Sound) -> bool:
    """Tell whether no sample is above the last bit of 16."""
    return float(np.abs(sound.samples).max(initial=0.0)) < _SILENT_PEAK


def loudest_tenth(sound: Sound) -> Span:
    """Return the tenth of a second where the clip is loudest, in seconds, or all of a short one."""
    length = min(0.1, sound.duration)
    levels = tracks.rms(sound, tracks.F0_STFT)
    middle = int(levels.argmax()) * tracks.F0_STFT.hop_length / SAMPLE_RATE
    start = min(max(middle - length / 2, 0.0), sound.duration - length)
    return round(start, 2), round(start + length, 2)


def loudest_time(sound: Sound, settings: ViewSettings) -> float:
    """Return the middle of the loudest frame in seconds."""
    first, step = spectra.frame_times(settings.stft)
    return first + int(tracks.rms(sound, settings.stft).argmax()) * step


def db(decibels: float) -> str:
    """Return a level as people write it."""
    return f"{decibels:.0f} dB".replace("-", "−")


def share(part: float) -> str:
    """Return a share, 0 to 1, as people write it."""
    return "less than 1 %" if 0 < part < 0.01 else f"{100 * part:.0f} %"

"""The level of each frame, and where a clip is loud."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.settings import Span, Stft
from kws_core.explore.spectra import decibels, frame_times, n_frames, padded

AUDIBLE_DB: Final = 40.0  # below the loudest frame
LOWEST_DB: Final = -100.0
_FINE: Final = Stft(1024, 1024, 160, "rectangular", True, 0.0)  # 64 ms every 10 ms
_SILENT_PEAK: Final = 1e-5


@remembered
def rms(sound: Sound, stft: Stft) -> Floats:
    """Return the root mean square of the samples of each frame, (frames,)."""
    squares = np.square(padded(sound, plain(stft)), dtype=np.float64)
    return np.sqrt(np.maximum(frame_means(squares, sound, stft), 0.0)).astype(np.float32)


def rms_db(sound: Sound, stft: Stft) -> Floats:
    """Return the level of each frame in dBFS, (frames,); a full-scale sine has -3 dBFS."""
    return decibels(rms(sound, stft), 1, LOWEST_DB)


def audible(sound: Sound, stft: Stft) -> npt.NDArray[np.bool_]:
    """Tell which frames are not far below the loudest, (frames,)."""
    level = rms_db(sound, stft)
    return np.asarray(level > max(float(level.max()) - AUDIBLE_DB, LOWEST_DB))


def is_silent(sound: Sound) -> bool:
    """Tell whether no sample is above the last bit of 16."""
    return float(np.abs(sound.samples).max(initial=0.0)) < _SILENT_PEAK


def loudest_tenth(sound: Sound) -> Span:
    """Return the tenth of a second where the clip is loudest, in seconds, or all of a short one."""
    length = min(0.1, sound.duration)
    middle = int(rms(sound, _FINE).argmax()) * _FINE.hop_length / SAMPLE_RATE
    start = min(max(middle - length / 2, 0.0), sound.duration - length)
    return round(start, 2), round(start + length, 2)


def loudest_time(sound: Sound, stft: Stft) -> float:
    """Return the middle of the loudest frame in seconds."""
    first, step = frame_times(stft)
    return first + int(rms(sound, stft).argmax()) * step


def plain(stft: Stft) -> Stft:
    """Return the same frames without pre-emphasis."""
    return replace(stft, pre_emphasis=0.0)


def frame_means(
    values: npt.NDArray[np.float64], sound: Sound, stft: Stft
) -> npt.NDArray[np.float64]:
    """Return the mean over each frame of one value per padded sample, (frames,)."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    starts = np.arange(n_frames(sound, stft)) * stft.hop_length
    return np.asarray((sums[starts + stft.win_length] - sums[starts]) / stft.win_length)

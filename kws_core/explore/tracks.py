"""One number per frame: level, zero crossings, centroid, roll-off, pitch; and twelve of chroma."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.settings import Stft
from kws_core.explore.spectra import decibels, n_frames, padded, power_spectrogram

# What f0 is looked for in, and with: fixed, because a voice's pitch is no matter of taste.
F0_LOWEST, F0_HIGHEST = 60.0, 500.0  # Hz, of voices
F0_STFT: Final = Stft(1024, 1024, 160, "rectangular", True, 0.0)  # 64 ms every 10 ms
AUDIBLE_DB: Final = 40.0  # below the loudest frame
ROLL_OFF: Final = 0.85  # of the energy, librosa's default
PITCH_CLASSES: Final = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")

_PERIODIC: Final = 0.5  # correlation with the sound one period later: less is no voice
_VOICE_RANGE_DB: Final = 35.0  # below the loudest frame: quieter is no voice
_LOWEST_DB: Final = -100.0


@remembered
def rms(sound: Sound, stft: Stft) -> Floats:
    """Return the root mean square of the samples of each frame, (frames,)."""
    squares = np.square(padded(sound, _plain(stft)), dtype=np.float64)
    return np.sqrt(np.maximum(_means(squares, sound, stft), 0.0)).astype(np.float32)


def rms_db(sound: Sound, stft: Stft) -> Floats:
    """Return the level of each frame in dBFS, (frames,); a full-scale sine has -3 dBFS."""
    return decibels(rms(sound, stft), 1, _LOWEST_DB)


def audible(sound: Sound, stft: Stft) -> npt.NDArray[np.bool_]:
    """Tell which frames are not far below the loudest, (frames,): others say nothing."""
    level = rms_db(sound, stft)
    return np.asarray(level > max(float(level.max()) - AUDIBLE_DB, _LOWEST_DB))


@remembered
def zero_crossing_rate(sound: Sound, stft: Stft) -> Floats:
    """Return which share of the samples of each frame changes sign, (frames,)."""
    negative = padded(sound, _plain(stft)) < 0
    changes = np.concatenate([[False], negative[1:] != negative[:-1]])
    return _means(changes.astype(np.float64), sound, stft).astype(np.float32)


@remembered
def centroid(sound: Sound, stft: Stft) -> Floats:
    """Return the mean frequency of each frame in Hz, weighted by magnitude, (frames,)."""
    import librosa

    magnitude = np.sqrt(power_spectrogram(sound, stft))
    hz = librosa.feature.spectral_centroid(S=magnitude, sr=SAMPLE_RATE, n_fft=stft.n_fft)[0]
    return np.asarray(hz, dtype=np.float32)


@remembered
def roll_off(sound: Sound, stft: Stft) -> Floats:
    """Return below which frequency 85 % of each frame's magnitude lie, Hz, (frames,)."""
    import librosa

    magnitude = np.sqrt(power_spectrogram(sound, stft))
    hz = librosa.feature.spectral_rolloff(
        S=magnitude, sr=SAMPLE_RATE, n_fft=stft.n_fft, roll_percent=ROLL_OFF
    )[0]
    return np.asarray(hz, dtype=np.float32)


@remembered
def chroma(sound: Sound, stft: Stft) -> Floats:
    """Return how strong each of the twelve pitch classes is, (12, frames), the strongest 1."""
    import librosa

    power = power_spectrogram(sound, stft)
    classes = librosa.feature.chroma_stft(S=power, sr=SAMPLE_RATE, n_fft=stft.n_fft, tuning=0.0)
    return np.asarray(classes, dtype=np.float32)


@remembered
def pitch(sound: Sound) -> Floats:
    """Return the fundamental frequency in Hz every 10 ms, (1 + n // 160,); NaN where no voice is.

    YIN (de Cheveigne & Kawahara, 2002) by librosa. Voiced is where the sound one period later
    is alike, and not far below the loudest.
    """
    import librosa

    f0 = librosa.yin(
        sound.samples,
        fmin=F0_LOWEST,
        fmax=F0_HIGHEST,
        sr=SAMPLE_RATE,
        frame_length=F0_STFT.win_length,
        hop_length=F0_STFT.hop_length,
    )
    level = rms_db(sound, F0_STFT)
    voiced = _periodicity(padded(sound, F0_STFT), SAMPLE_RATE / f0) >= _PERIODIC
    voiced &= level > max(float(level.max()) - _VOICE_RANGE_DB, _LOWEST_DB)
    return np.where(voiced, f0, np.nan).astype(np.float32)


def _periodicity(wave: Floats, periods: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the correlation of each frame's sound with itself one period later, -1 to 1."""
    # Half a frame and the same half a period later: both lie within the frame.
    half = F0_STFT.win_length // 2
    starts = np.arange(len(periods)) * F0_STFT.hop_length
    lags = np.minimum(np.round(periods).astype(int), half)
    positions = starts[:, None] + np.arange(half)  # (frames, half)
    here, later = wave[positions], wave[positions + lags[:, None]]
    energy = np.sqrt(np.square(here).sum(axis=1) * np.square(later).sum(axis=1))
    return np.asarray((here * later).sum(axis=1) / np.maximum(energy, 1e-12), dtype=np.float64)


def _plain(stft: Stft) -> Stft:
    """The same frames of the sound as it is."""
    return replace(stft, pre_emphasis=0.0)


def _means(values: npt.NDArray[np.float64], sound: Sound, stft: Stft) -> npt.NDArray[np.float64]:
    """Return the mean over each frame, (frames,)."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    starts = np.arange(n_frames(sound, stft)) * stft.hop_length
    return np.asarray((sums[starts + stft.win_length] - sums[starts]) / stft.win_length)

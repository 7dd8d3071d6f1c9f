"""A sound taken apart: harmonic and percussive, without its silence, without its upper half."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE, resample, to_wav
from kws_core.explore.settings import Stft
from kws_core.explore.spectra import at_rate
from kws_core.explore.tracks import rms_db

# Fixed, because the medians of 31 frames and 31 bins are tuned to about these windows.
HPSS_STFT: Final = Stft(1024, 1024, 256, "hann", True, 0.0)
HPSS_KERNEL: Final = 31  # frames, and bins, librosa's default
SILENCE_STFT: Final = Stft(512, 512, 160, "rectangular", True, 0.0)  # 32 ms every 10 ms
TELEPHONE_RATE: Final = 8_000  # Hz


@dataclass(frozen=True, eq=False)
class HarmonicPercussive:
    """The two parts of a sound: each as samples (n,) and as power, (513, frames)."""

    harmonic: Floats
    percussive: Floats
    harmonic_power: Floats
    percussive_power: Floats


@remembered
def harmonic_percussive(sound: Sound) -> HarmonicPercussive:
    """Split a sound into what lasts and what is sudden: medians along time and frequency.

    librosa's `hpss` (Fitzgerald, 2010), soft masks.
    """
    import librosa

    stft = librosa.stft(sound.samples, n_fft=HPSS_STFT.n_fft, hop_length=HPSS_STFT.hop_length)
    spectra = librosa.decompose.hpss(stft, kernel_size=HPSS_KERNEL)
    harmonic, percussive = (
        librosa.istft(part, hop_length=HPSS_STFT.hop_length, length=len(sound.samples))
        for part in spectra
    )
    powers = [np.square(np.abs(part)).astype(np.float32) for part in spectra]
    return HarmonicPercussive(harmonic, percussive, *powers)


@remembered
def sounding(sound: Sound, top_db: float) -> tuple[tuple[float, float], ...]:
    """Return start and end, in seconds, of what is less than top_db below the loudest frame.

    librosa's `effects.split`. Nothing, for digital silence.
    """
    import librosa

    if not np.any(sound.samples):
        return ()
    spans = librosa.effects.split(
        sound.samples,
        top_db=top_db,
        frame_length=SILENCE_STFT.win_length,
        hop_length=SILENCE_STFT.hop_length,
    )
    return tuple((start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in spans.tolist())


@remembered
def relative_level(sound: Sound) -> Floats:
    """Return the level that `sounding` decides by, in dB below the loudest frame, (frames,)."""
    level = rms_db(sound, SILENCE_STFT)
    return np.asarray(level - level.max())


def without_silence(sound: Sound, top_db: float) -> Floats:
    """Return the samples of the sounding parts, one after the other, (m,)."""
    spans = sounding(sound, top_db)
    parts = [sound.samples[round(a * SAMPLE_RATE) : round(b * SAMPLE_RATE)] for a, b in spans]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


@remembered
def telephone(sound: Sound) -> Sound:
    """Return what is left at 8 kHz, at 16 kHz again: nothing above 4 kHz."""
    back = resample(at_rate(sound, TELEPHONE_RATE), TELEPHONE_RATE, SAMPLE_RATE)
    left = np.zeros_like(sound.samples)
    left[: len(back)] = back[: len(left)]
    return Sound(left)


@remembered
def wav_of(sound: Sound) -> bytes:
    """Return the sound as a 16-bit WAV file, at its level."""
    return to_wav(sound.samples, sound.sample_rate)

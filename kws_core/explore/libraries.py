"""The same mel spectrogram by librosa and by torchaudio, to see that they agree, and where not."""

from __future__ import annotations

import numpy as np
import torch

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.settings import MelBands, Stft
from kws_core.explore.spectra import decibels, padded, window

_LIBROSA_WINDOWS = {"rectangular": "boxcar"}


@remembered
def librosa_log_mel(sound: Sound, stft: Stft, bands: MelBands) -> Floats:
    """Return the log-mel spectrogram by librosa, dB re 1, (n_mels, frames)."""
    import librosa

    mel = librosa.feature.melspectrogram(
        y=_as_they_frame(sound, stft),
        sr=SAMPLE_RATE,
        n_fft=stft.n_fft,
        win_length=stft.win_length,
        hop_length=stft.hop_length,
        window=_LIBROSA_WINDOWS.get(stft.window, stft.window),
        center=False,
        power=bands.power,
        n_mels=bands.n_mels,
        fmin=bands.f_min,
        fmax=bands.f_max,
        htk=bands.scale == "htk",
        norm=None if bands.norm == "none" else bands.norm,
    )
    return decibels(np.asarray(mel, dtype=np.float32), bands.power, bands.floor_db)


@remembered
def torchaudio_log_mel(sound: Sound, stft: Stft, bands: MelBands) -> Floats:
    """Return the log-mel spectrogram by torchaudio, dB re 1, (n_mels, frames)."""
    from kws_core.features.torch_audio import torchaudio

    transform = torchaudio.transforms.MelSpectrogram(
        sample_rate=SAMPLE_RATE,
        n_fft=stft.n_fft,
        win_length=stft.win_length,
        hop_length=stft.hop_length,
        window_fn=lambda length: window(stft.window, length),
        center=False,
        power=float(bands.power),
        n_mels=bands.n_mels,
        f_min=bands.f_min,
        f_max=bands.f_max,
        mel_scale=bands.scale,
        norm=None if bands.norm == "none" else bands.norm,
    )
    mel = transform(torch.from_numpy(_as_they_frame(sound, stft)))
    return decibels(mel.numpy(), bands.power, bands.floor_db)


def difference(sound: Sound, stft: Stft, bands: MelBands) -> Floats:
    """Return librosa's levels minus torchaudio's, dB, (n_mels, frames)."""
    ours, theirs = (f(sound, stft, bands) for f in (librosa_log_mel, torchaudio_log_mel))
    return np.asarray(ours - theirs)


def _as_they_frame(sound: Sound, stft: Stft) -> Floats:
    """Return samples whose frames are ours in libraries that take frames of n_fft samples.

    They lay the window into the middle of those, and fill them up from both sides of the clip.
    """
    before = (stft.n_fft - stft.win_length) // 2
    return np.pad(padded(sound, stft), (before, stft.n_fft - stft.win_length - before))

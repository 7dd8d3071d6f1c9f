"""Frames, spectrogram and mel bands of a sound, computed as in the front ends of the models.

Results are float32, of 16 kHz sound, and remembered by the sound.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE, resample
from kws_core.explore.settings import MelBands, Stft, Window
from kws_core.features.front_ends import power_spectrogram as power_of
from kws_core.features.mel import mel_filter_bank

_VALUES_AT_ONCE: Final = 2**20  # samples in a block of frames: what fits into a cache


def padded(sound: Sound, stft: Stft) -> Floats:
    """Return the samples that the frames cover: frame k is k * hop_length to ... + win_length.

    Pre-emphasized, and with zeros on both sides where frames are centered (as in librosa and
    torch, where the window lies in the middle of n_fft samples). A clip that is shorter than a
    window is made as long.
    """
    wave = sound.samples
    if stft.pre_emphasis:
        wave = wave.copy()
        wave[1:] -= np.float32(stft.pre_emphasis) * sound.samples[:-1]
    if not stft.centered:
        return np.pad(wave, (0, max(stft.win_length - len(wave), 0)))
    side = stft.n_fft // 2
    margin = (stft.n_fft - stft.win_length) // 2
    return np.pad(wave, (side - margin, side - (stft.n_fft - stft.win_length - margin)))


def n_frames(sound: Sound, stft: Stft) -> int:
    """Return how many frames the sound has."""
    if stft.centered:
        return 1 + len(sound.samples) // stft.hop_length
    return 1 + max(len(sound.samples) - stft.win_length, 0) // stft.hop_length


def frame_times(stft: Stft) -> tuple[float, float]:
    """Return the middle of the first frame, and the time from frame to frame, in seconds."""
    first = 0.0 if stft.centered else stft.win_length / 2 / SAMPLE_RATE
    return first, stft.hop_length / SAMPLE_RATE


def times(sound: Sound, stft: Stft) -> npt.NDArray[np.float64]:
    """Return the middle of each frame in seconds, (frames,)."""
    first, step = frame_times(stft)
    return np.asarray(first + step * np.arange(n_frames(sound, stft)), dtype=np.float64)


def frequencies(stft: Stft) -> npt.NDArray[np.float64]:
    """Return the frequency of each bin in Hz, (n_fft // 2 + 1,)."""
    return np.asarray(np.fft.rfftfreq(stft.n_fft, 1 / SAMPLE_RATE))


def window(name: Window, length: int) -> Tensor:
    """Return a periodic window, shape (length,)."""
    match name:
        case "hann":
            return torch.hann_window(length)
        case "hamming":
            return torch.hamming_window(length)
        case "blackman":
            return torch.blackman_window(length)
        case "rectangular":
            return torch.ones(length)


@remembered
def power_spectrogram(sound: Sound, stft: Stft) -> Floats:
    """Return |STFT|^2, (n_fft // 2 + 1, frames)."""
    wave = torch.from_numpy(padded(sound, stft))
    weights = window(stft.window, stft.win_length)
    frames = n_frames(sound, stft)
    block = max(_VALUES_AT_ONCE // stft.n_fft, 1)
    parts = []
    for start in range(0, frames, block):
        last = min(start + block, frames) - 1
        part = wave[start * stft.hop_length : last * stft.hop_length + stft.win_length]
        parts.append(power_of(part, weights, stft.n_fft, stft.hop_length))
    power: Floats = torch.cat(parts, dim=1).numpy()  # (n_fft // 2 + 1, frames)
    return power


def decibels(values: Floats, power: int, floor_db: float) -> Floats:
    """Return levels in dB of magnitudes to the given power (1 or 2), nothing below the floor."""
    least = np.float32(10.0 ** (floor_db * power / 20))
    return np.asarray(np.float32(20 / power) * np.log10(np.maximum(values, least)))


@remembered
def spectrogram(sound: Sound, stft: Stft, floor_db: float) -> Floats:
    """Return the spectrogram in dB re 1, (n_fft // 2 + 1, frames)."""
    return decibels(power_spectrogram(sound, stft), 2, floor_db)


def filter_bank(stft: Stft, bands: MelBands) -> Floats:
    """Return the weights of the mel bands, (n_mels, n_fft // 2 + 1)."""
    norm = None if bands.mel_norm == "none" else bands.mel_norm
    bank: Floats = mel_filter_bank(
        SAMPLE_RATE, stft.n_fft, bands.n_mels, bands.f_min, bands.f_max, bands.mel_scale, norm
    ).numpy()
    return bank


@remembered
def mel(sound: Sound, stft: Stft, bands: MelBands) -> Floats:
    """Return the mel spectrogram: magnitude or power in each band, (n_mels, frames)."""
    values = power_spectrogram(sound, stft)
    if bands.power == 1:
        values = np.sqrt(values)
    return np.asarray(filter_bank(stft, bands) @ values)


@remembered
def log_mel(sound: Sound, stft: Stft, bands: MelBands) -> Floats:
    """Return the mel spectrogram in dB re 1, (n_mels, frames)."""
    return decibels(mel(sound, stft, bands), bands.power, bands.floor_db)


@remembered
def at_rate(sound: Sound, rate: int) -> Floats:
    """Return the samples at another sample rate in Hz, band-limited."""
    return resample(sound.samples, sound.sample_rate, rate)

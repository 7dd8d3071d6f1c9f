"""The same log-mel by librosa and by torchaudio, and their difference."""

from __future__ import annotations

import numpy as np
import torch

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.panes import MIDDLE, Pane, over_bands
from kws_core.explore.settings import MelBands, Stft, ViewSettings
from kws_core.explore.spectra import decibels, padded, window
from kws_core.explore.view import Note, TimeView
from kws_core.explore.views import log_mel

LIBROSA_WINDOWS = {"rectangular": "boxcar"}


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
        window=LIBROSA_WINDOWS.get(stft.window, stft.window),
        center=False,
        power=bands.power,
        n_mels=bands.n_mels,
        fmin=bands.f_min,
        fmax=bands.f_max,
        htk=bands.mel_scale == "htk",
        norm=None if bands.mel_norm == "none" else bands.mel_norm,
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
        mel_scale=bands.mel_scale,
        norm=None if bands.mel_norm == "none" else bands.mel_norm,
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


class Libraries(TimeView):
    """librosa beside torchaudio."""

    order = 130
    name = "libraries"
    label = "Libraries"
    needs_librosa = True
    code = """
from kws_core.explore.views import libraries

librosa = libraries.librosa_log_mel(sound, settings.stft, settings.mel)  # (n_mels, frames), dB
torchaudio = libraries.torchaudio_log_mel(sound, settings.stft, settings.mel)  # the same
difference = libraries.difference(sound, settings.stft, settings.mel)  # (n_mels, frames), dB
times = spectra.times(sound, settings.stft)  # (frames,), s
"""
    librosa = log_mel.LIBROSA
    torchaudio = log_mel.TORCHAUDIO

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        config = settings.stft, settings.mel
        apart = difference(sound, *config)
        return [
            over_bands("librosa", librosa_log_mel(sound, *config), settings, height=MIDDLE),
            over_bands("torchaudio", torchaudio_log_mel(sound, *config), settings, height=MIDDLE),
            over_bands("librosa − torchaudio, dB", apart, settings, "signed", MIDDLE),
        ]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            "The same mel spectrogram by both libraries. With the same settings they agree. "
            "Their defaults differ: librosa uses Slaney's bands of equal area and zeros "
            "outside the clip, torchaudio HTK's bands of equal height and a mirrored clip.",
            r"L^{\mathrm{librosa}}_k[b]-L^{\mathrm{torchaudio}}_k[b]",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        apart = float(np.abs(difference(sound, settings.stft, settings.mel)).max())
        if apart < 0.01:
            return f"They agree to {max(apart, 1e-6):.0e} dB, the rounding of 32-bit numbers."
        return f"They differ by up to {apart:.2g} dB, by rounding in the quietest bands."

"""The spectrogram, with the pitch over it if wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore import spectra
from kws_core.explore.panes import Pane, line, over_hz
from kws_core.explore.resolution import frames
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import Note, TimeView
from kws_core.explore.views.pitch import F0_STFT, pitch
from kws_core.explore.wording import share

_WINDOWS: Final = {"hann": "Hann", "hamming": "Hamming", "blackman": "Blackman"}


class Spectrogram(TimeView):
    """Level over time and frequency."""

    order = 10
    name = "spectrogram"
    label = "Spectrogram"
    settings = ("show_pitch",)
    code = """
spectrogram = spectra.spectrogram(sound, settings.stft, settings.floor_db)  # (bins, frames), dB
times = spectra.times(sound, settings.stft)  # (frames,), s
hz = spectra.frequencies(settings.stft)  # (bins,), Hz
"""
    librosa = """
stft = librosa.stft(framed, **frames)
spectrogram = 20 * np.log10(np.maximum(np.abs(stft), {amplitude_floor}))  # (bins, frames), dB
"""
    torchaudio = """
power = T.Spectrogram(**frames, power=2)(framed)
spectrogram = 10 * torch.log10(power.clamp(min={power_floor}))  # (bins, frames), dB
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        levels = spectra.spectrogram(sound, settings.stft, settings.floor_db)
        heatmap = over_hz(self.label, levels, settings.stft)
        if settings.show_pitch:
            f0 = line("f0", pitch(sound), F0_STFT, "bright")
            heatmap = replace(heatmap, title="Spectrogram, pitch (f0)", lines=(f0,))
        return [heatmap]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        s = settings
        emphasis = (
            " Before that, pre-emphasis raises high frequencies: "
            f"$y[n]=x[n]-{s.pre_emphasis:g}\\,x[n-1]$."
            if s.pre_emphasis
            else ""
        )
        name = "y" if s.pre_emphasis else "x"
        shift = f"-{s.win_length // 2}" if s.centered else ""
        return Note(
            f"Fourier transform of each frame ({frames(s.stft)}) under a "
            f"{_WINDOWS.get(s.window, s.window)} window. Brighter is louder; 0 dB is the "
            f"loudest point of the clip.{emphasis}",
            (
                rf"X_k[m]=\sum_{{n=0}}^{{{s.win_length - 1}}}{{{name}[{s.hop_length}k{shift}+n]}}\,"
                rf"w[n]\,e^{{-2\pi i\,mn/{s.n_fft}}}"
            ),
            r"L_k[m]=10\log_{10}|X_k[m]|^2",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        power = spectra.power_spectrogram(sound, settings.stft)
        row, column = np.unravel_index(int(power.argmax()), power.shape)
        first, step = spectra.frame_times(settings.stft)
        by_bin = power.sum(axis=1, dtype=np.float64)
        hz = spectra.frequencies(settings.stft)
        high = by_bin[hz >= SAMPLE_RATE / 4].sum() / by_bin.sum()
        stripes = (
            "Horizontal stripes in vowels are harmonics of the voice"
            if settings.win_length >= 320
            else "Vertical stripes in vowels are single pulses of the vocal folds"
        )
        return (
            f"Loudest at {first + column * step:.2f} s and {hz[row]:.0f} Hz; {share(high)} of the "
            f"energy lies above 4 kHz. {stripes}; a hiss is a cloud without stripes, a plosive a "
            "vertical edge."
        )

"""Chroma: energy by pitch class."""

from __future__ import annotations

from typing import Final

import numpy as np

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.panes import Pane, over_names
from kws_core.explore.settings import Stft, ViewSettings
from kws_core.explore.spectra import power_spectrogram
from kws_core.explore.view import Note, TimeView

PITCH_CLASSES: Final = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_NATURALS: Final = (0, 2, 4, 5, 7, 9, 11)  # semitones above C


@remembered
def chroma(sound: Sound, stft: Stft) -> Floats:
    """Return how strong each of the twelve pitch classes is, (12, frames), the strongest 1."""
    import librosa

    power = power_spectrogram(sound, stft)
    classes = librosa.feature.chroma_stft(S=power, sr=SAMPLE_RATE, n_fft=stft.n_fft, tuning=0.0)
    return np.asarray(classes, dtype=np.float32)


class Chroma(TimeView):
    """Energy by pitch class, whatever the octave."""

    order = 50
    name = "chroma"
    label = "Chroma"
    needs_librosa = True
    code = """
from kws_core.explore.views import chroma

classes = chroma.chroma(sound, settings.stft)  # (12, frames), 0 to 1
times = spectra.times(sound, settings.stft)  # (frames,), s
"""
    librosa = """
power = np.abs(librosa.stft(framed, **frames)) ** 2
classes = librosa.feature.chroma_stft(S=power, sr=sr, n_fft={n_fft}, tuning=0.0)  # (12, frames)
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        values = chroma(sound, settings.stft)
        title = "Chroma, strongest class of each frame 1"
        return [over_names(title, values, settings.stft, PITCH_CLASSES, _NATURALS, "share")]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            "The power spectrum folded into the twelve pitch classes, whatever the octave. "
            "Made for music; it also shows the melody of a voice.",
            r"c=12\log_2(f/440\,\mathrm{Hz})\bmod 12",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        spacing = SAMPLE_RATE / settings.n_fft
        lowest = spacing / (2 ** (1 / 12) - 1)
        text = f"FFT bins every {spacing:.3g} Hz separate semitones from {lowest:.0f} Hz up"
        if lowest > 300:
            return f"{text}, too high for a voice: the preset “Music” does better."
        return f"{text}. A spoken vowel wanders over several classes; a sung note stays in one."

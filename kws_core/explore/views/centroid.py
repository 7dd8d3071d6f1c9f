"""Spectral centroid and roll-off: how bright a sound is."""

from __future__ import annotations

from typing import Final

import numpy as np

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore import levels, spectra
from kws_core.explore.panes import MIDDLE, Curves, Pane, line
from kws_core.explore.settings import Stft, ViewSettings
from kws_core.explore.view import Note, TimeView

ROLL_OFF: Final = 0.85  # of the magnitudes, librosa's default


@remembered
def centroid(sound: Sound, stft: Stft) -> Floats:
    """Return the mean frequency of each frame in Hz, weighted by magnitude, (frames,)."""
    import librosa

    magnitude = np.sqrt(spectra.power_spectrogram(sound, stft))
    hz = librosa.feature.spectral_centroid(S=magnitude, sr=SAMPLE_RATE, n_fft=stft.n_fft)[0]
    return np.asarray(hz, dtype=np.float32)


@remembered
def roll_off(sound: Sound, stft: Stft) -> Floats:
    """Return the frequency below which 85% of each frame's magnitudes lie, in Hz, (frames,)."""
    import librosa

    magnitude = np.sqrt(spectra.power_spectrogram(sound, stft))
    hz = librosa.feature.spectral_rolloff(
        S=magnitude, sr=SAMPLE_RATE, n_fft=stft.n_fft, roll_percent=ROLL_OFF
    )[0]
    return np.asarray(hz, dtype=np.float32)


class Centroid(TimeView):
    """Middle and upper edge of the spectrum over time."""

    order = 80
    name = "centroid"
    label = "Centroid"
    needs_librosa = True
    code = """
from kws_core.explore.views import centroid

center = centroid.centroid(sound, settings.stft)  # (frames,), Hz
roll_off = centroid.roll_off(sound, settings.stft)  # (frames,), Hz
times = spectra.times(sound, settings.stft)  # (frames,), s
"""
    librosa = """
magnitude = np.abs(librosa.stft(framed, **frames))
center = librosa.feature.spectral_centroid(S=magnitude, sr=sr, n_fft={n_fft})[0]  # Hz
roll_off = librosa.feature.spectral_rolloff(
    S=magnitude, sr=sr, n_fft={n_fft}, roll_percent=0.85
)[0]  # Hz
"""
    torchaudio = """
magnitude = T.Spectrogram(**frames, power=1)(framed)
hz = torch.linspace(0, sr / 2, len(magnitude))[:, None]
center = (hz * magnitude).sum(0) / magnitude.sum(0)  # (frames,), Hz
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        stft = settings.stft
        heard = levels.audible(sound, stft)
        edge, middle = (
            np.where(heard, hz, np.float32("nan"))
            for hz in (roll_off(sound, stft), centroid(sound, stft))
        )
        lines = line("roll-off", edge, stft, "second"), line("centroid", middle, stft)
        title = "Middle and edge of the spectrum, Hz"
        return [Curves(title, lines, 0.0, SAMPLE_RATE / 2, "Hz", height=MIDDLE)]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            "Centroid: mean frequency of each frame, weighted by magnitude. Roll-off: the "
            f"frequency below which {ROLL_OFF:.0%} of the magnitudes lie. Higher sounds "
            f"brighter. Frames {levels.AUDIBLE_DB:g} dB below the loudest are left out.",
            r"c_k=\frac{\sum_m f_m|X_k[m]|}{\sum_m|X_k[m]|}",
            rf"f_m=m\cdot{SAMPLE_RATE / settings.n_fft:g}\,\mathrm{{Hz}}",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        hz = centroid(sound, settings.stft)
        frames = np.flatnonzero(levels.audible(sound, settings.stft))
        first, step = spectra.frame_times(settings.stft)
        low, high = frames[int(hz[frames].argmin())], frames[int(hz[frames].argmax())]
        return (
            f"Darkest at {first + low * step:.2f} s ({hz[low]:.0f} Hz), brightest at "
            f"{first + high * step:.2f} s ({hz[high]:.0f} Hz): vowels are low, s, sh and t high."
        )

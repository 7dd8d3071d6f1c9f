"""Harmonic and percussive parts of a sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.explore import spectra
from kws_core.explore.panes import Pane, over_hz
from kws_core.explore.resolution import frames
from kws_core.explore.settings import Stft, ViewSettings
from kws_core.explore.view import Excerpt, Note, TimeView
from kws_core.explore.wording import sentence_case, share

# Fixed, because the medians of 31 frames and 31 bins are tuned to about these windows.
HPSS_STFT: Final = Stft(1024, 1024, 256, "hann", True, 0.0)
KERNEL: Final = 31  # frames, and bins, librosa's default


@dataclass(frozen=True, eq=False)
class TwoParts:
    """The two parts of a sound: each as samples (n,) and as power, (513, frames)."""

    harmonic: Floats
    percussive: Floats
    harmonic_power: Floats
    percussive_power: Floats


@remembered
def split(sound: Sound) -> TwoParts:
    """Split a sound into what lasts and what is sudden: medians along time and frequency.

    librosa's `hpss` (Fitzgerald, 2010), soft masks.
    """
    import librosa

    hop = HPSS_STFT.hop_length
    stft = librosa.stft(sound.samples, n_fft=HPSS_STFT.n_fft, hop_length=hop)
    parts = librosa.decompose.hpss(stft, kernel_size=KERNEL)
    samples = [librosa.istft(part, hop_length=hop, length=len(sound.samples)) for part in parts]
    return TwoParts(*samples, *(np.square(np.abs(part)).astype(np.float32) for part in parts))


class HarmonicPercussive(TimeView):
    """Two spectrograms: of what lasts, and of what is sudden."""

    order = 100
    name = "harmonic-percussive"
    label = "Harmonic, percussive"
    needs_librosa = True
    code = """
from kws_core.explore.views import harmonic_percussive

parts = harmonic_percussive.split(sound)
harmonic, percussive = parts.harmonic, parts.percussive  # (n,)
harmonic_power, percussive_power = parts.harmonic_power, parts.percussive_power  # (bins, frames)
times = spectra.times(sound, harmonic_percussive.HPSS_STFT)  # (frames,), s
"""
    librosa = """
stft = librosa.stft(y, n_fft=1024, hop_length=256)
harmonic, percussive = (
    librosa.istft(part, hop_length=256, length=len(y)) for part in librosa.decompose.hpss(stft)
)  # (n,)
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        parts = split(sound)
        return [
            over_hz(title, spectra.decibels(power, 2, settings.floor_db), HPSS_STFT)
            for title, power in (
                ("Harmonic part", parts.harmonic_power),
                ("Percussive part", parts.percussive_power),
            )
        ]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            f"Medians over {KERNEL} frames keep steady sounds, medians over {KERNEL} bins "
            "sudden ones; each point is divided between the two. Frames are fixed: "
            f"{frames(HPSS_STFT)}.",
            r"H=X\cdot\frac{h^2}{h^2+p^2},\quad P=X\cdot\frac{p^2}{h^2+p^2}",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        parts = split(sound)
        harmonic, percussive = (
            float(np.square(part, dtype=np.float64).sum())
            for part in (parts.harmonic, parts.percussive)
        )
        part = share(harmonic / max(harmonic + percussive, 1e-20))
        return (
            f"{sentence_case(part)} of the energy is harmonic. Steady vowels are harmonic, gliding "
            "ones only in part; plosives, clicks and hisses are percussive."
        )

    def excerpts(self, sound: Sound, settings: ViewSettings) -> tuple[Excerpt, ...]:
        parts = split(sound)
        return (
            Excerpt("harmonic part", parts.harmonic),
            Excerpt("percussive part", parts.percussive),
        )

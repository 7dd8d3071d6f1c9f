"""Harmonic and percussive parts of a sound."""

from __future__ import annotations

from typing import Final

import numpy as np

from kws_core.audio.remembered import Sound, remembered
from kws_core.explore import spectra
from kws_core.explore.panes import Pane, over_hz
from kws_core.explore.resolution import frames
from kws_core.explore.settings import Stft, ViewSettings
from kws_core.explore.view import Excerpt, Note, TimeView
from kws_core.explore.wording import sentence_case, share

# Fixed, because the medians of 31 frames and 31 bins are tuned to about these windows.
HPSS_STFT: Final = Stft(1024, 1024, 256, "hann", True, 0.0)
KERNEL: Final = 31  # frames, and bins, librosa's default


@remembered
def split(sound: Sound) -> tuple[Sound, Sound]:
    """Split a sound into its harmonic and its percussive part: medians along time and frequency.

    librosa's `hpss` (Fitzgerald, 2010), soft masks.
    """
    import librosa

    hop = HPSS_STFT.hop_length
    stft = librosa.stft(sound.samples, n_fft=HPSS_STFT.n_fft, hop_length=hop)
    harmonic, percussive = (
        Sound(librosa.istft(part, hop_length=hop, length=len(sound.samples)))
        for part in librosa.decompose.hpss(stft, kernel_size=KERNEL)
    )
    return harmonic, percussive


class HarmonicPercussive(TimeView):
    """Two spectrograms: of lasting and of sudden sound."""

    order = 100
    name = "harmonic-percussive"
    label = "Harmonic, percussive"
    needs_librosa = True
    code = """
from kws_core.explore.views import harmonic_percussive

harmonic, percussive = (part.samples for part in harmonic_percussive.split(sound))  # (n,)
"""
    librosa = """
stft = librosa.stft(y, n_fft=1024, hop_length=256)
harmonic, percussive = (
    librosa.istft(part, hop_length=256, length=len(y)) for part in librosa.decompose.hpss(stft)
)  # (n,)
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        return [
            over_hz(
                f"{title} part", spectra.spectrogram(part, HPSS_STFT, settings.floor_db), HPSS_STFT
            )
            for title, part in zip(("Harmonic", "Percussive"), split(sound), strict=True)
        ]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            f"Medians over {KERNEL} frames keep steady sounds, medians over {KERNEL} bins "
            "sudden ones; each point is divided between the two. Frames are fixed: "
            f"{frames(HPSS_STFT)}.",
            r"H=X\cdot\frac{h^2}{h^2+p^2},\quad P=X\cdot\frac{p^2}{h^2+p^2}",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        harmonic, percussive = (
            float(np.square(part.samples, dtype=np.float64).sum()) for part in split(sound)
        )
        part = share(harmonic / max(harmonic + percussive, 1e-20))
        return (
            f"{sentence_case(part)} of the energy is harmonic. Steady vowels are harmonic, gliding "
            "ones only in part; plosives, clicks and hisses are percussive."
        )

    def excerpts(self, sound: Sound, settings: ViewSettings) -> tuple[Excerpt, ...]:
        names = "harmonic part", "percussive part"
        return tuple(
            Excerpt(name, part.samples) for name, part in zip(names, split(sound), strict=True)
        )

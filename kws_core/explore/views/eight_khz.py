"""The clip at 8 kHz, as on a telephone."""

from __future__ import annotations

from typing import Final

import numpy as np

from kws_core.audio.remembered import Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE, resample
from kws_core.explore import spectra
from kws_core.explore.panes import Pane, over_hz
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import Excerpt, Note, TimeView
from kws_core.explore.wording import sentence_case, share

RATE: Final = 8_000  # Hz


@remembered
def telephone(sound: Sound) -> Sound:
    """Return the sound resampled to 8 kHz and back to 16: nothing above 4 kHz is left."""
    back = resample(spectra.at_rate(sound, RATE), RATE, SAMPLE_RATE)
    left = np.zeros_like(sound.samples)
    left[: len(back)] = back[: len(left)]
    return Sound(left)


class EightKhz(TimeView):
    """The spectrogram before and after resampling to 8 kHz."""

    order = 120
    name = "8-khz"
    label = "8 kHz"
    code = """
from kws_core.explore.views import eight_khz

left = eight_khz.telephone(sound)  # at 8 kHz and back, as a Sound
samples = left.samples  # (n,)
spectrogram = spectra.spectrogram(left, settings.stft, settings.floor_db)  # (bins, frames), dB
times = spectra.times(sound, settings.stft)  # (frames,), s
hz = spectra.frequencies(settings.stft)  # (bins,), Hz
"""
    librosa = """
narrow = librosa.resample(y, orig_sr=sr, target_sr=8000)  # (n / 2,)
"""
    torchaudio = """
narrow = F.resample(waveform, sr, 8000)  # (n / 2,)
"""
    audiomentations = """
narrow = audiomentations.Resample(8000, 8000, p=1.0)(samples, sr)  # (n / 2,)
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        return [
            over_hz(
                title, spectra.spectrogram(one, settings.stft, settings.floor_db), settings.stft
            )
            for title, one in (("Original, 16 kHz", sound), ("At 8 kHz", telephone(sound)))
        ]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            f"Half as many samples hold half as many frequencies: nothing is left above "
            f"{RATE // 2:,} Hz, as on a telephone.",
            rf"f<\tfrac12\cdot{RATE}\,\mathrm{{Hz}}",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        power = spectra.power_spectrogram(sound, settings.stft).sum(axis=1, dtype=np.float64)
        hz = spectra.frequencies(settings.stft)
        lost = share(power[hz >= RATE / 2].sum() / power.sum())
        text = (
            f"{sentence_case(lost)} of the energy is lost. Vowels stay; s, f and th become hard "
            "to tell apart."
        )
        if ViewSettings().f_max <= RATE / 2:
            text += " The default model uses nothing above 4 kHz either."
        return text

    def excerpts(self, sound: Sound, settings: ViewSettings) -> tuple[Excerpt, ...]:
        return (Excerpt("clip at 8 kHz", spectra.at_rate(sound, RATE), RATE),)

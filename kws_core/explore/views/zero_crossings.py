"""Zero crossings: how often the waveform changes sign."""

from __future__ import annotations

import numpy as np

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore import levels, spectra
from kws_core.explore.panes import Curves, Pane, line
from kws_core.explore.settings import Stft, ViewSettings
from kws_core.explore.view import Note, TimeView
from kws_core.explore.wording import share


@remembered
def zero_crossing_rate(sound: Sound, stft: Stft) -> Floats:
    """Return which share of the samples of each frame changes sign, (frames,)."""
    negative = spectra.padded(sound, levels.plain(stft)) < 0
    changes = np.concatenate([[False], negative[1:] != negative[:-1]])
    return levels.frame_means(changes.astype(np.float64), sound, stft).astype(np.float32)


class ZeroCrossings(TimeView):
    """Sign changes over time."""

    order = 70
    name = "zero-crossings"
    label = "Zero crossings"
    code = """
from kws_core.explore.views import zero_crossings

rate = zero_crossings.zero_crossing_rate(sound, settings.stft)  # (frames,), per sample
times = spectra.times(sound, settings.stft)  # (frames,), s
"""
    librosa = """
rate = librosa.feature.zero_crossing_rate(
    y, frame_length={win_length}, hop_length={hop_length}, center={centered}
)[0]  # (frames,), per sample
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        rate = zero_crossing_rate(sound, settings.stft) * 100
        high = min(max(float(rate.max()) * 1.1, 5.0), 100.0)
        curve = line("zero crossings", rate, settings.stft)
        return [Curves("Zero crossings, % of samples", (curve,), 0.0, high, "%", 1)]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            "How often the waveform changes sign: seldom in a vowel, often in a hiss.",
            rf"z_k=\tfrac1{{{settings.win_length}}}\sum_n{{[\,x_k[n]\,x_k[n-1]<0\,]}}",
            rf"f\approx z\cdot{SAMPLE_RATE // 2}\,\mathrm{{Hz}}",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        stft = settings.stft
        rate = np.where(levels.audible(sound, stft), zero_crossing_rate(sound, stft), 0)
        first, step = spectra.frame_times(stft)
        at = int(rate.argmax())
        return (
            f"Highest audible rate at {first + at * step:.2f} s: {share(float(rate[at]))} of the "
            f"samples, like a tone of {rate[at] * SAMPLE_RATE / 2:.0f} Hz. In silence it only "
            "measures the noise."
        )

"""The level of each frame in decibels."""

from __future__ import annotations

import numpy as np

from kws_core.audio.remembered import Sound
from kws_core.explore import levels
from kws_core.explore.panes import Curves, Pane, line
from kws_core.explore.resolution import frames
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import Note, TimeView
from kws_core.explore.wording import db


class Rms(TimeView):
    """Level over time."""

    order = 60
    name = "rms"
    label = "RMS"
    code = """
rms = levels.rms(sound, settings.stft)  # (frames,)
times = spectra.times(sound, settings.stft)  # (frames,), s
"""
    librosa = """
rms = librosa.feature.rms(
    y=y, frame_length={win_length}, hop_length={hop_length}, center={centered}
)[0]  # (frames,)
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        level = line("RMS", levels.rms_db(sound, settings.stft), settings.stft)
        return [Curves("RMS level, dBFS", (level,), -80.0, 0.0, "dB", 1)]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            f"Level per frame ({frames(settings.stft)}) in dBFS; a full-scale sine reads −3 dBFS.",
            rf"20\log_{{10}}\sqrt{{\tfrac1{{{settings.win_length}}}\sum_n x_k[n]^2}}",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        level = levels.rms_db(sound, settings.stft)
        loudest, background = float(level.max()), float(np.percentile(level, 10))
        return (
            f"The loudest frame has {db(loudest)}FS, the quietest tenth is below "
            f"{db(background)}FS: {loudest - background:.0f} dB between sound and background."
        )

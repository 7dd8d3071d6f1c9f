"""The waveform, with the level of each frame: above every other view."""

from __future__ import annotations

import numpy as np

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import SAMPLE_RATE, count_clipped
from kws_core.explore import levels
from kws_core.explore.panes import Pane, Wave, line
from kws_core.explore.resolution import frames
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import Note, TimeView
from kws_core.explore.wording import db


class Waveform(TimeView):
    """Samples over time."""

    order = 0
    name = "waveform"
    label = "Waveform"
    code = "samples = sound.samples  # (n,), 1 is full scale"

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        rms = line("RMS", levels.rms(sound, settings.stft), settings.stft, "second")
        return [Wave(self.label, sound.samples, (rms,))]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            f"Sound pressure, {SAMPLE_RATE:,} samples a second; 1 is full scale. Orange: RMS "
            f"level of each frame ({frames(settings.stft)}).",
            rf"\mathrm{{RMS}}_k=\sqrt{{\tfrac1{{{settings.win_length}}}\sum_n x_k[n]^2}}",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        peak = 20 * np.log10(np.abs(sound.samples).max())
        loudest = levels.loudest_time(sound, settings.stft)
        text = f"Loudest at {loudest:.2f} s; the peak is at {db(peak)}FS."
        if clipped := count_clipped(sound.samples[:, None]):
            text += (
                f" **Clipped**: {clipped:,} samples at full scale. The flat tops appear as "
                "vertical lines in the spectrogram."
            )
        return text

"""Mel bands, not yet logarithmic."""

from __future__ import annotations

from kws_core.audio.remembered import Sound
from kws_core.explore import spectra
from kws_core.explore.panes import Pane, over_bands
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import Note, TimeView
from kws_core.explore.views.mel_filters import mel_formula
from kws_core.explore.wording import share


class Mel(TimeView):
    """Power or magnitude in mel bands."""

    order = 20
    name = "mel"
    label = "Mel"
    code = """
mel = spectra.mel(sound, settings.stft, settings.mel)  # (n_mels, frames)
times = spectra.times(sound, settings.stft)  # (frames,), s
"""
    librosa = """
mel = librosa.feature.melspectrogram(y=framed, sr=sr, power={power}, **frames, **bands)
"""
    torchaudio = """
mel = T.MelSpectrogram(sr, power={power}, **frames, **bands)(framed)  # (n_mels, frames)
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        values = spectra.mel(sound, settings.stft, settings.mel)
        share_of_most = values / max(float(values.max()), 1e-20)
        return [
            over_bands(f"Mel {_quantity(settings)}, maximum 1", share_of_most, settings, "share")
        ]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            f"The {_quantity(settings)} spectrum summed into {settings.n_mels} bands from "
            f"{settings.f_min:g} to {settings.f_max:g} Hz: narrow at low and wide at high "
            "frequencies, like the ear. No logarithm yet.",
            rf"M_k[b]=\sum_m H_b[m]\,|X_k[m]|^{{{settings.power}}}",
            mel_formula(settings),
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        values = spectra.mel(sound, settings.stft, settings.mel)
        seen = float((values > 0.01 * values.max()).mean())
        return (
            f"Only {share(seen)} of the cells reach 1% of the maximum. The rest looks dark though "
            "the ear hears it well, hence the logarithm of log-mel."
        )


def _quantity(settings: ViewSettings) -> str:
    return "power" if settings.power == 2 else "magnitude"

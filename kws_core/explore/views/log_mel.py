"""The log-mel spectrogram, the usual input of keyword models."""

from __future__ import annotations

from kws_core.audio.remembered import Sound
from kws_core.explore import spectra
from kws_core.explore.panes import Pane, over_bands
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import Note, TimeView

CODE = """
log_mel = spectra.log_mel(sound, settings.stft, settings.mel)  # (n_mels, frames), dB
times = spectra.times(sound, settings.stft)  # (frames,), s
"""
LIBROSA = """
mel = librosa.feature.melspectrogram(y=framed, sr=sr, power={power}, **frames, **bands)
log_mel = {multiplier} * np.log10(np.maximum(mel, {band_floor}))  # (n_mels, frames), dB
"""
TORCHAUDIO = """
mel = T.MelSpectrogram(sr, power={power}, **frames, **bands)(framed)
log_mel = {multiplier} * torch.log10(mel.clamp(min={band_floor}))  # (n_mels, frames), dB
"""


class LogMel(TimeView):
    """Level in mel bands."""

    order = 30
    name = "log-mel"
    label = "Log-mel"
    code = CODE
    librosa = LIBROSA
    torchaudio = TORCHAUDIO

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        return [
            over_bands(self.label, spectra.log_mel(sound, settings.stft, settings.mel), settings)
        ]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        digits, exponent = f"{10 ** (settings.floor_db * settings.power / 20):.1e}".split("e")
        floor = rf"{digits}\cdot10^{{{int(exponent)}}}"
        return Note(
            "Mel bands in decibels: equal steps of colour are equal ratios. This is the usual "
            "input of keyword models.",
            rf"L_k[b]={20 // settings.power}\log_{{10}}\max(M_k[b],\ {floor})",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        bands, frames = spectra.log_mel(sound, settings.stft, settings.mel).shape
        size = f"{bands} × {frames} values for {sound.duration:.2f} s."
        model = ViewSettings()
        if (settings.stft, settings.mel) == (model.stft, model.mel):
            return f"{size} Exactly the input of the default model, in dB."
        return (
            f"{size} The default model gets {model.n_mels} bands up to {model.f_max:g} Hz: choose "
            "“What the model sees” to compare."
        )

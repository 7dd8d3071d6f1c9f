"""Mel-frequency cepstral coefficients and their deltas."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch.nn import functional as F

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.explore import spectra
from kws_core.explore.panes import LOW, MIDDLE, Pane, over_names
from kws_core.explore.settings import MelBands, Stft, ViewSettings
from kws_core.explore.view import Note, TimeView
from kws_core.features.front_ends import dct_matrix

DELTA_WIDTH: Final = 9  # frames that a slope is fitted to, librosa's default


@remembered
def mfcc(sound: Sound, stft: Stft, bands: MelBands, n_mfcc: int) -> Floats:
    """Return the cosine coefficients of the log-mel in dB, (n_mfcc, frames); orthonormal DCT-II."""
    matrix = dct_matrix(n_mfcc, bands.n_mels).numpy()
    return np.asarray(matrix @ spectra.log_mel(sound, stft, bands))


def slope(values: Floats) -> Floats:
    """Return the slope of a line fitted to `DELTA_WIDTH` frames around each, (rows, frames).

    HTK's delta: sum_n n x[t + n] / sum_n n^2, the ends repeated. librosa's `delta` with
    mode="nearest" is the same.
    """
    reach = DELTA_WIDTH // 2
    weights = torch.arange(-reach, reach + 1, dtype=torch.float32)
    weights = weights / weights.square().sum()
    rows = torch.from_numpy(values)[:, None]  # (rows, 1, frames)
    extended = F.pad(rows, (reach, reach), mode="replicate")
    slopes: Floats = F.conv1d(extended, weights[None, None])[:, 0].numpy()
    return slopes


class Mfcc(TimeView):
    """The shape of each log-mel column in a few numbers."""

    order = 40
    name = "mfcc"
    label = "MFCC"
    code = """
from kws_core.explore.views import mfcc

coefficients = mfcc.mfcc(sound, settings.stft, settings.mel, settings.n_mfcc)  # (n_mfcc, frames)
delta = mfcc.slope(coefficients)  # (n_mfcc, frames), per frame
delta_delta = mfcc.slope(delta)  # (n_mfcc, frames), per frame²
times = spectra.times(sound, settings.stft)  # (frames,), s
"""
    librosa = """
mel = librosa.feature.melspectrogram(y=framed, sr=sr, power={power}, **frames, **bands)
log_mel = {multiplier} * np.log10(np.maximum(mel, {band_floor}))
coefficients = librosa.feature.mfcc(S=log_mel, n_mfcc={n_mfcc})  # (n_mfcc, frames)
delta = librosa.feature.delta(coefficients, mode="nearest")
delta_delta = librosa.feature.delta(delta, mode="nearest")
"""
    torchaudio = """
mel = T.MelSpectrogram(sr, power={power}, **frames, **bands)(framed)
log_mel = {multiplier} * torch.log10(mel.clamp(min={band_floor}))
coefficients = F.create_dct({n_mfcc}, {n_mels}, norm="ortho").T @ log_mel  # (n_mfcc, frames)
delta = F.compute_deltas(coefficients, win_length=9)
delta_delta = F.compute_deltas(delta, win_length=9)
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        stft, rows = settings.stft, settings.mfcc_rows
        first = int(rows == "no C0" and settings.n_mfcc > 1)
        names = tuple(f"C{number}" for number in range(first, settings.n_mfcc))
        ticks = tuple(range(0, len(names), max(len(names) // 4, 1)))
        coefficients = mfcc(sound, stft, settings.mel, settings.n_mfcc)
        delta = slope(coefficients)
        suffix = {"no C0": " without C0" if first else "", "z-score": ", z-score of each row"}
        panes: list[Pane] = []
        for title, values, height in (
            (f"MFCC{suffix.get(rows, '')}", coefficients, MIDDLE),
            ("Δ MFCC (change per frame)", delta, LOW),
            ("ΔΔ MFCC (change of the change)", slope(delta), LOW),
        ):
            kept = values[first:]
            if rows == "z-score":
                deviation = kept.std(axis=1, keepdims=True)
                kept = (kept - kept.mean(axis=1, keepdims=True)) / np.maximum(deviation, 1e-6)
            panes.append(over_names(title, kept, stft, names, ticks, "signed", height))
        return panes

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        n = settings.n_mels
        return Note(
            f"The shape of each log-mel column as {settings.n_mfcc} cosine coefficients: C0 is "
            "its level, C1 its tilt, the next ones its formants. Δ is the slope over nine "
            "frames, ΔΔ the slope of Δ.",
            (
                rf"c_k[i]=\sqrt{{\tfrac2{{{n}}}}}\sum_{{b=0}}^{{{n - 1}}}L_k[b]"
                rf"\cos\tfrac{{\pi i(b+1/2)}}{{{n}}}\quad(i\ge1)"
            ),
            r"\Delta_k=\sum_{n=1}^{4}n\,{(c_{k+n}-c_{k-n})}\,/\,60",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        values = mfcc(sound, settings.stft, settings.mel, settings.n_mfcc)
        if len(values) < 2:
            return "Only C0, the level, is left: choose more coefficients."
        ratio = float(np.abs(values[0]).max()) / max(float(np.abs(values[1:]).max()), 1e-6)
        consequence = {
            "no C0": "C0 is therefore left out.",
            "z-score": "Each row is therefore scaled by its own mean and deviation.",
            "all": "The other rows look pale: leave C0 out, or choose z-score.",
        }[settings.mfcc_rows]
        return f"C0 reaches {ratio:.1f} times as far as any other coefficient. {consequence}"

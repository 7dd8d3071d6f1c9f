"""Pitch: the fundamental frequency of a voice."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.levels import LOWEST_DB, rms_db
from kws_core.explore.panes import MIDDLE, Curves, Pane, line
from kws_core.explore.resolution import milliseconds
from kws_core.explore.settings import Stft, ViewSettings
from kws_core.explore.spectra import padded
from kws_core.explore.view import Note, TimeView
from kws_core.explore.wording import sentence_case, share

# Fixed, because the pitch of a voice is no matter of taste.
LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
F0_STFT: Final = Stft(1024, 1024, 160, "rectangular", True, 0.0)  # 64 ms every 10 ms
_PERIODIC: Final = 0.5  # correlation with the sound one period later: less is no voice
_VOICE_RANGE_DB: Final = 35.0  # below the loudest frame: quieter is no voice


@remembered
def pitch(sound: Sound) -> Floats:
    """Return the fundamental frequency in Hz every 10 ms, (1 + n // 160,); NaN where no voice is.

    YIN (de Cheveigne & Kawahara, 2002) by librosa. Voiced is where the sound one period later
    is alike, and not far below the loudest.
    """
    import librosa

    f0 = librosa.yin(
        sound.samples,
        fmin=LOWEST_HZ,
        fmax=HIGHEST_HZ,
        sr=SAMPLE_RATE,
        frame_length=F0_STFT.win_length,
        hop_length=F0_STFT.hop_length,
    )
    level = rms_db(sound, F0_STFT)
    voiced = _periodicity(padded(sound, F0_STFT), SAMPLE_RATE / f0) >= _PERIODIC
    voiced &= level > max(float(level.max()) - _VOICE_RANGE_DB, LOWEST_DB)
    return np.where(voiced, f0, np.nan).astype(np.float32)


def _periodicity(wave: Floats, periods: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the correlation of each frame's sound with itself one period later, -1 to 1."""
    # Half a frame and the same half a period later: both lie within the frame.
    half = F0_STFT.win_length // 2
    starts = np.arange(len(periods)) * F0_STFT.hop_length
    lags = np.minimum(np.round(periods).astype(int), half)
    positions = starts[:, None] + np.arange(half)  # (frames, half)
    here, later = wave[positions], wave[positions + lags[:, None]]
    energy = np.sqrt(np.square(here).sum(axis=1) * np.square(later).sum(axis=1))
    return np.asarray((here * later).sum(axis=1) / np.maximum(energy, 1e-12), dtype=np.float64)


class Pitch(TimeView):
    """Fundamental frequency over time."""

    order = 90
    name = "pitch"
    label = "Pitch"
    needs_librosa = True
    code = """
from kws_core.explore.views import pitch

f0 = pitch.pitch(sound)  # (frames,), Hz, NaN where there is no voice
times = spectra.times(sound, pitch.F0_STFT)  # (frames,), s
"""
    librosa = """
f0 = librosa.yin(
    y, fmin=60.0, fmax=500.0, sr=sr, frame_length=1024, hop_length=160
)  # (frames,), Hz; unvoiced frames are not removed
"""
    torchaudio = """
f0 = F.detect_pitch_frequency(
    waveform[None], sr, freq_low=60, freq_high=500
)[0]  # Hz every 10 ms, by another method than YIN
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        f0 = line("f0", pitch(sound), F0_STFT)
        found = f0.values[np.isfinite(f0.values)]
        high = min(max(float(found.max(initial=0.0)) * 1.15, 300.0), HIGHEST_HZ)
        return [Curves("Pitch (f0), Hz", (f0,), 0.0, high, "Hz", height=MIDDLE)]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            f"Rate of the vocal folds, searched from {LOWEST_HZ:g} to {HIGHEST_HZ:g} Hz. YIN "
            f"finds the shift at which a frame of {milliseconds(F0_STFT.win_length)} is most like "
            "itself. Gaps are unvoiced.",
            r"d(\tau)=\sum_n{(x[n]-x[n+\tau])}^2",
            rf"f_0={SAMPLE_RATE}\,\mathrm{{Hz}}/\tau",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        f0 = pitch(sound)
        voiced = f0[np.isfinite(f0)]
        if not len(voiced):
            return "No voice found: noise and whispers have no pitch."
        low, middle, high = np.percentile(voiced, [10, 50, 90])
        return (
            f"{sentence_case(share(len(voiced) / len(f0)))} of the clip is voiced: median "
            f"{middle:.0f} Hz, mostly {low:.0f} to {high:.0f} Hz. Jumps by a factor of two are "
            "errors of the method."
        )

"""Silence removal by level."""

from __future__ import annotations

from typing import Final

import numpy as np

from kws_core.audio.remembered import Floats, Sound, remembered
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.levels import rms_db
from kws_core.explore.panes import Curves, Pane, line
from kws_core.explore.resolution import milliseconds
from kws_core.explore.settings import Span, Stft, ViewSettings
from kws_core.explore.view import SILENT, Excerpt, Note, TimeView

SILENCE_STFT: Final = Stft(512, 512, 160, "rectangular", True, 0.0)  # 32 ms every 10 ms


@remembered
def sounding(sound: Sound, top_db: float) -> tuple[Span, ...]:
    """Return start and end, in seconds, of the parts less than top_db below the loudest frame.

    librosa's `effects.split`. Nothing, for digital silence.
    """
    import librosa

    if not np.any(sound.samples):
        return ()
    spans = librosa.effects.split(
        sound.samples,
        top_db=top_db,
        frame_length=SILENCE_STFT.win_length,
        hop_length=SILENCE_STFT.hop_length,
    )
    return tuple((start / SAMPLE_RATE, end / SAMPLE_RATE) for start, end in spans.tolist())


@remembered
def relative_level(sound: Sound) -> Floats:
    """Return the level that `sounding` decides by, in dB below the loudest frame, (frames,)."""
    level = rms_db(sound, SILENCE_STFT)
    return np.asarray(level - level.max())


def without_silence(sound: Sound, top_db: float) -> Floats:
    """Return the samples of the sounding parts, one after the other, (m,)."""
    spans = sounding(sound, top_db)
    parts = [sound.samples[round(a * SAMPLE_RATE) : round(b * SAMPLE_RATE)] for a, b in spans]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


class Silence(TimeView):
    """Level below the loudest frame, with the parts above a threshold."""

    order = 110
    name = "silence"
    label = "Silence"
    settings = ("silence_db",)
    needs_librosa = True
    code = """
from kws_core.explore.views import silence

kept = silence.sounding(sound, settings.silence_db)  # starts and ends, s
sounding = silence.without_silence(sound, settings.silence_db)  # (m,)
"""
    librosa = """
kept = librosa.effects.split(
    y, top_db={silence_db}, frame_length=512, hop_length=160
) / sr  # starts and ends, s
"""
    audiomentations = """
trimmed = audiomentations.Trim(top_db={silence_db}, p=1.0)(samples, sr)  # at both ends only
"""

    def panes(self, sound: Sound, settings: ViewSettings) -> list[Pane]:
        level = relative_level(sound)
        threshold = np.full(len(level), -settings.silence_db, np.float32)
        lines = (
            line("level", level, SILENCE_STFT),
            line("threshold", threshold, SILENCE_STFT, "second"),
        )
        kept = self.marks(sound, settings)
        return [Curves("Below the loudest frame, dB", lines, -90.0, 0.0, "dB", 1, kept)]

    def explain(self, sound: Sound, settings: ViewSettings) -> Note:
        return Note(
            f"Frames of {milliseconds(SILENCE_STFT.win_length)} that are more "
            f"than {settings.silence_db:g} dB below the loudest are removed; the marked parts "
            "stay.",
            rf"20\log_{{10}}(\mathrm{{RMS}}_k/\max_j\mathrm{{RMS}}_j)>-{settings.silence_db:g}",
        )

    def finding(self, sound: Sound, settings: ViewSettings) -> str:
        kept = sounding(sound, settings.silence_db)
        if not kept:
            return SILENT
        seconds = sum(end - start for start, end in kept)
        pieces = "one piece" if len(kept) == 1 else f"{len(kept)} pieces"
        return (
            f"{seconds:.2f} of {sound.duration:.2f} s are kept, in {pieces}. A low threshold cuts "
            "off soft ends such as f, s and t; a high one keeps noise."
        )

    def marks(self, sound: Sound, settings: ViewSettings) -> tuple[Span, ...]:
        return sounding(sound, settings.silence_db)

    def excerpts(self, sound: Sound, settings: ViewSettings) -> tuple[Excerpt, ...]:
        kept = without_silence(sound, settings.silence_db)
        return (Excerpt("clip without silence", kept),) if len(kept) else ()

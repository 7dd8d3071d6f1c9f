"""What each view is, how it is computed with the settings as they are, and what to look for."""

from __future__ import annotations

from kws_core.audio.remembered import Sound
from kws_core.explore import explain_spectra, explain_tracks
from kws_core.explore.note import Note
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import Shown, Span


def notes(sound: Sound, settings: ViewSettings, shown: Shown, selection: Span) -> list[Note]:
    """Return the notes on the waveform and on all views that are shown, in their order."""
    known = {
        "spectrogram": lambda: explain_spectra.spectrogram(sound, settings),
        "mel": lambda: explain_spectra.mel(sound, settings),
        "log-mel": lambda: explain_spectra.log_mel(sound, settings),
        "mfcc": lambda: explain_spectra.mfcc(sound, settings),
        "chroma": lambda: explain_spectra.chroma(sound, settings),
        "rms": lambda: explain_tracks.rms(sound, settings),
        "zero-crossings": lambda: explain_tracks.zero_crossings(sound, settings),
        "centroid": lambda: explain_tracks.centroid(sound, settings),
        "pitch": lambda: explain_tracks.pitch(sound),
        "harmonic-percussive": lambda: explain_tracks.harmonic_percussive(sound),
        "silence": lambda: explain_tracks.silence(sound, shown),
        "8-khz": lambda: explain_spectra.eight_khz(sound, settings),
        "libraries": lambda: explain_spectra.libraries(sound, settings),
        "fft": lambda: explain_tracks.fft(sound, shown, selection),
        "mel-filters": lambda: explain_spectra.mel_filters(settings),
        "surface": lambda: explain_spectra.surface(sound, settings),
    }
    return [explain_tracks.waveform(sound, settings), *(known[view]() for view in shown.views)]

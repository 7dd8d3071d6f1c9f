"""Notes on the waveform, of what is one number per frame, and of the parts of a sound."""

from __future__ import annotations

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore import findings_spectra, findings_tracks, tracks
from kws_core.explore.note import Note, frame
from kws_core.explore.parts import HPSS_KERNEL, HPSS_STFT, SILENCE_STFT
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import Shown, Span


def waveform(sound: Sound, settings: ViewSettings) -> Note:
    """Explain the waveform."""
    return Note(
        "Waveform",
        f"Sound pressure, {SAMPLE_RATE:,} numbers a second; 1 is full scale. In orange its RMS, "
        f"the level of each frame ({frame(settings.stft)}).",
        (rf"\mathrm{{RMS}}_k=\sqrt{{\tfrac1{{{settings.win_length}}}\sum_n x_k[n]^2}}",),
        findings_tracks.level(sound, settings),
    )


def rms(sound: Sound, settings: ViewSettings) -> Note:
    """Explain RMS."""
    return Note(
        "RMS",
        f"The level of each frame ({frame(settings.stft)}) in dB of full scale, where a sine that "
        "fills it has −3.",
        (rf"20\log_{{10}}\sqrt{{\tfrac1{{{settings.win_length}}}\sum_n x_k[n]^2}}",),
        findings_tracks.level_range(sound, settings),
    )


def zero_crossings(sound: Sound, settings: ViewSettings) -> Note:
    """Explain zero crossings."""
    return Note(
        "Zero crossings",
        "How often the waveform changes sign: rarely in a vowel, often in a hiss.",
        (
            rf"z_k=\tfrac1{{{settings.win_length}}}\sum_n{{[\,x_k[n]\,x_k[n-1]<0\,]}}",
            rf"f\approx z\cdot{SAMPLE_RATE // 2}\,\mathrm{{Hz}}",
        ),
        findings_tracks.zero_crossings(sound, settings),
    )


def centroid(sound: Sound, settings: ViewSettings) -> Note:
    """Explain centroid and roll-off."""
    share = f"{tracks.ROLL_OFF:.0%}".replace("%", " %")
    return Note(
        "Centroid, roll-off",
        f"The mean frequency of each frame's magnitudes, and the frequency below which {share} of "
        "them lie: how bright it sounds. Left out where the frame is "
        f"{tracks.AUDIBLE_DB:g} dB below the loudest.",
        (
            r"c_k=\frac{\sum_m f_m|X_k[m]|}{\sum_m|X_k[m]|}",
            rf"f_m=m\cdot{SAMPLE_RATE / settings.n_fft:g}\,\mathrm{{Hz}}",
        ),
        findings_tracks.centroid(sound, settings),
    )


def pitch(sound: Sound) -> Note:
    """Explain pitch."""
    return Note(
        "Pitch (f0)",
        f"How fast the vocal folds vibrate, from {tracks.F0_LOWEST:g} to {tracks.F0_HIGHEST:g} Hz: "
        "YIN looks for the shift at which a frame of "
        f"{tracks.F0_STFT.win_length / SAMPLE_RATE * 1000:.0f} ms is most like itself. Gaps are "
        "not voiced.",
        (r"d(\tau)=\sum_n{(x[n]-x[n+\tau])}^2", rf"f_0={SAMPLE_RATE}\,\mathrm{{Hz}}/\tau"),
        findings_tracks.pitch(sound),
    )


def harmonic_percussive(sound: Sound) -> Note:
    """Explain the harmonic and percussive parts."""
    return Note(
        "Harmonic, percussive",
        f"Medians of {HPSS_KERNEL} frames keep what lasts, medians of {HPSS_KERNEL} bins what is "
        "sudden; each point is shared out between the two. "
        f"Its frames are its own: {frame(HPSS_STFT)}.",
        (r"H=X\cdot\frac{h^2}{h^2+p^2},\quad P=X\cdot\frac{p^2}{h^2+p^2}",),
        findings_tracks.harmonic_percussive(sound),
    )


def silence(sound: Sound, shown: Shown) -> Note:
    """Explain silence removal."""
    return Note(
        "Silence",
        f"Frames of {SILENCE_STFT.win_length / SAMPLE_RATE * 1000:.0f} ms that are more than "
        f"{shown.silence_db:g} dB below the loudest are cut out. The marked parts are kept.",
        (rf"20\log_{{10}}(\mathrm{{RMS}}_k/\max_j\mathrm{{RMS}}_j)>-{shown.silence_db:g}",),
        findings_tracks.silence(sound, shown.silence_db),
    )


def fft(sound: Sound, shown: Shown, selection: Span) -> Note:
    """Explain the spectrum of a selection."""
    start, end = selection
    count = max(round(end * shown.fft_rate) - round(start * shown.fft_rate), 2)
    return Note(
        "FFT of a selection",
        f"The spectrum of {start:.2f} to {end:.2f} s as a whole, {count:,} samples at "
        f"{shown.fft_rate:,} Hz under a Hann window: a bin every {shown.fft_rate / count:.3g} Hz, "
        f"up to {shown.fft_rate // 2:,} Hz. A sine of amplitude 1 has 0 dB.",
        (
            rf"X[m]=\sum_{{n=0}}^{{{count - 1}}}x[n]\,w[n]\,e^{{-2\pi i\,mn/{count}}}",
            r"A[m]=20\log_{10}\tfrac{2}{\sum w}|X[m]|",
        ),
        findings_spectra.spectrum(sound, shown.fft_rate, selection),
    )

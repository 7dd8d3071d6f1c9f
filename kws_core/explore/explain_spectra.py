"""Notes on pictures of frequencies over time."""

from __future__ import annotations

from typing import Final

from kws_core.audio.remembered import Sound
from kws_core.explore import findings_spectra
from kws_core.explore.note import Note, frame
from kws_core.explore.parts import TELEPHONE_RATE
from kws_core.explore.settings import ViewSettings

_WINDOWS: Final = {
    "hann": "Hann",
    "hamming": "Hamming",
    "blackman": "Blackman",
    "rectangular": "rectangular",
}


def spectrogram(sound: Sound, settings: ViewSettings) -> Note:
    """Explain the spectrogram."""
    s = settings
    emphasis = (
        " Before that, pre-emphasis raises high frequencies: "
        f"$y[n]=x[n]-{s.pre_emphasis:g}\\,x[n-1]$."
        if s.pre_emphasis
        else ""
    )
    return Note(
        "Spectrogram",
        f"The Fourier transform of every frame ({frame(s.stft)}) under a {_WINDOWS[s.window]} "
        f"window. Brighter is stronger; 0 dB is the strongest point of the clip.{emphasis}",
        (
            rf"X_k[m]=\sum_{{n=0}}^{{{s.win_length - 1}}}{_signal(s)}\,w[n]\,"
            rf"e^{{-2\pi i\,mn/{s.n_fft}}}",
            r"L_k[m]=10\log_{10}|X_k[m]|^2",
        ),
        findings_spectra.spectrogram(sound, settings),
    )


def mel(sound: Sound, settings: ViewSettings) -> Note:
    """Explain the mel spectrogram."""
    return Note(
        "Mel",
        f"The spectrogram's {_quantity(settings)} summed in {settings.n_mels} bands from "
        f"{settings.f_min:g} to {settings.f_max:g} Hz, narrow below and wide above as for the "
        "ear, and not made logarithmic.",
        (rf"M_k[b]=\sum_m H_b[m]\,|X_k[m]|^{{{settings.power}}}", _mel_scale(settings)),
        findings_spectra.mel(sound, settings),
    )


def log_mel(sound: Sound, settings: ViewSettings) -> Note:
    """Explain the log-mel spectrogram."""
    s = settings
    digits, exponent = f"{10 ** (s.floor_db * s.power / 20):.1e}".split("e")
    floor = rf"{digits}\cdot10^{{{int(exponent)}}}"
    return Note(
        "Log-mel",
        "The mel bands on a scale of loudness: equal steps of colour are equal factors. This is "
        "what most keyword models look at.",
        (rf"L_k[b]={20 // s.power}\log_{{10}}\max(M_k[b],\ {floor})",),
        findings_spectra.log_mel(sound, settings),
    )


def mfcc(sound: Sound, settings: ViewSettings) -> Note:
    """Explain MFCC and their deltas."""
    s = settings
    return Note(
        "MFCC, Δ, ΔΔ",
        f"The shape of each log-mel column in {s.n_mfcc} cosine coefficients: C0 is its level, "
        "C1 its tilt, the next ones its formants. Δ is the slope over nine frames, ΔΔ the "
        "slope of that.",
        (
            rf"c_k[i]=\sqrt{{\tfrac2{{{s.n_mels}}}}}\sum_{{b=0}}^{{{s.n_mels - 1}}}L_k[b]"
            rf"\cos\tfrac{{\pi i(b+1/2)}}{{{s.n_mels}}}\quad(i\ge1)",
            r"\Delta_k=\sum_{n=1}^{4}n\,{(c_{k+n}-c_{k-n})}\,/\,60",
        ),
        findings_spectra.mfcc(sound, settings),
    )


def chroma(sound: Sound, settings: ViewSettings) -> Note:
    """Explain chroma."""
    return Note(
        "Chroma",
        "The spectrogram's power folded into the twelve pitch classes, whatever the octave: for "
        "music, and for the melody of a voice.",
        (r"c=12\log_2(f/440\,\mathrm{Hz})\bmod 12",),
        findings_spectra.chroma(settings),
    )


def eight_khz(sound: Sound, settings: ViewSettings) -> Note:
    """Explain 8 kHz."""
    return Note(
        "8 kHz",
        f"Half the samples hold half the frequencies: above {TELEPHONE_RATE // 2:,} Hz nothing is "
        "left, as on a telephone.",
        (rf"f<\tfrac12\cdot{TELEPHONE_RATE}\,\mathrm{{Hz}}",),
        findings_spectra.eight_khz(sound, settings),
    )


def libraries(sound: Sound, settings: ViewSettings) -> Note:
    """Explain librosa beside torchaudio."""
    return Note(
        "librosa vs torchaudio",
        "The same mel spectrogram by both. With the same settings they agree; their defaults do "
        "not: librosa's bands are Slaney's with equal areas, torchaudio's are HTK's with equal "
        "heights, and outside the clip one sees zeros, the other a mirror.",
        (r"L^{\mathrm{librosa}}_k[b]-L^{\mathrm{torchaudio}}_k[b]",),
        findings_spectra.agreement(sound, settings),
    )


def mel_filters(settings: ViewSettings) -> Note:
    """Explain the mel filters."""
    heights = "all with the area 1 Hz" if settings.mel_norm == "slaney" else "all with the height 1"
    return Note(
        "Mel filters",
        f"The weights that sum the FFT's bins to {settings.n_mels} mel bands: triangles that "
        f"overlap by half, {heights}.",
        (_mel_scale(settings),),
        findings_spectra.mel_filters(settings),
    )


def surface(sound: Sound, settings: ViewSettings) -> Note:
    """Explain the 3-D surface."""
    return Note(
        "3-D surface",
        "The log-mel spectrogram as a landscape: drag to turn it, scroll to come closer.",
        (r"(k,\ b)\mapsto L_k[b]",),
        "Ridges along time are formants and harmonics; cliffs across it are onsets.",
    )


def _signal(settings: ViewSettings) -> str:
    name = "y" if settings.pre_emphasis else "x"
    shift = f"-{settings.win_length // 2}" if settings.centred else ""
    return f"{{{name}[{settings.hop_length}k{shift}+n]}}"


def _quantity(settings: ViewSettings) -> str:
    return "power" if settings.power == 2 else "magnitude"


def _mel_scale(settings: ViewSettings) -> str:
    if settings.mel_scale == "htk":
        return r"\mathrm{mel}(f)=2595\log_{10}{(1+f/700)}"
    return (
        r"\mathrm{mel}(f)=\begin{cases}3f/200&f<1000\\15+27\log_{6.4}(f/1000)&\text{above}"
        r"\end{cases}"
    )

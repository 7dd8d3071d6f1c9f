"""What there is to see of a clip in pictures of its frequencies, with its own numbers."""

from __future__ import annotations

import numpy as np

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore import libraries, parts, spectra
from kws_core.explore.findings import SILENT, db, is_silent, share
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import Span
from kws_core.features.mel import mel_edges


def spectrogram(sound: Sound, settings: ViewSettings) -> str:
    """Say where the energy is, and what the stripes are."""
    if is_silent(sound):
        return SILENT
    power = spectra.power_spectrogram(sound, settings.stft)
    row, column = np.unravel_index(int(power.argmax()), power.shape)
    first, step = spectra.frame_times(settings.stft)
    by_bin = power.sum(axis=1, dtype=np.float64)
    hz = spectra.frequencies(settings.stft)
    high = by_bin[hz >= SAMPLE_RATE / 4].sum() / by_bin.sum()
    harmonics = (
        "stripes across are harmonics of the voice"
        if settings.win_length >= 320
        else "upright stripes are single beats of the vocal folds, as the window is short"
    )
    return (
        f"Strongest at {first + column * step:.2f} s and {hz[row]:.0f} Hz; {share(high)} of the "
        f"energy lies above 4 kHz. In vowels, {harmonics}; a hiss is a cloud without stripes, a "
        "plosive an upright edge."
    )


def mel(sound: Sound, settings: ViewSettings) -> str:
    """Say how much stays dark without a logarithm."""
    values = spectra.mel(sound, settings.stft, settings.mel)
    if is_silent(sound):
        return SILENT
    seen = float((values > 0.01 * values.max()).mean())
    return (
        f"Only {share(seen)} of the picture is above a hundredth of its strongest point: the rest "
        "is dark, though the ear hears it well. That is why it is made logarithmic."
    )


def log_mel(sound: Sound, settings: ViewSettings) -> str:
    """Say how large the picture is, and whether it is the model's."""
    levels = spectra.log_mel(sound, settings.stft, settings.mel)
    size = f"{levels.shape[0]} × {levels.shape[1]} numbers for {sound.duration:.2f} s."
    default = ViewSettings()
    if (settings.stft, settings.mel) == (default.stft, default.mel):
        return f"{size} Exactly what the default model gets, in dB."
    return (
        f"{size} The default model gets {default.n_mels} bands up to {default.f_max:g} Hz: choose "
        "“What the model sees” to compare."
    )


def mfcc(sound: Sound, settings: ViewSettings) -> str:
    """Say how C0 covers the others."""
    values = spectra.mfcc(sound, settings.stft, settings.mel, settings.n_mfcc)
    if len(values) < 2:
        return "Only C0, the level, is left: take more coefficients."
    ratio = float(np.abs(values[0]).max()) / max(float(np.abs(values[1:]).max()), 1e-6)
    what = {
        "no-c0": "so it is left out here.",
        "normalised": "so each row is drawn in its own deviations from its own mean.",
        "plain": "so the other rows are pale: leave it out, or normalise the rows.",
    }[settings.mfcc_rows]
    return f"C0 reaches {ratio:.1f} times as far as any other coefficient, {what}"


def chroma(settings: ViewSettings) -> str:
    """Say from where on the windows tell semitones apart."""
    spacing = SAMPLE_RATE / settings.n_fft
    lowest = spacing / (2 ** (1 / 12) - 1)
    text = f"Bins {spacing:.3g} Hz apart tell semitones apart from {lowest:.0f} Hz on"
    if lowest > 300:
        return f"{text}, too high for a voice: the preset “Music” does better."
    return f"{text}. A spoken vowel wanders over several; a sung note stays in one."


def eight_khz(sound: Sound, settings: ViewSettings) -> str:
    """Say how much is lost."""
    if is_silent(sound):
        return SILENT
    power = spectra.power_spectrogram(sound, settings.stft).sum(axis=1, dtype=np.float64)
    hz = spectra.frequencies(settings.stft)
    lost = power[hz >= parts.TELEPHONE_RATE / 2].sum() / power.sum()
    text = (
        f"{share(lost).capitalize()} of the energy is lost. Vowels stay; s, f and th become hard "
        "to tell apart."
    )
    if ViewSettings().f_max <= parts.TELEPHONE_RATE / 2:
        text += " The default model looks at no more than that."
    return text


def agreement(sound: Sound, settings: ViewSettings) -> str:
    """Say how far librosa and torchaudio are apart."""
    difference = libraries.difference(sound, settings.stft, settings.mel)
    apart = float(np.abs(difference).max())
    if apart < 0.01:
        return f"They agree to {max(apart, 1e-6):.0e} dB, the rounding of 32-bit numbers."
    return f"They differ by up to {apart:.2g} dB, in the quietest bands, where rounding counts."


def mel_filters(settings: ViewSettings) -> str:
    """Say how wide the first and the last band are."""
    edges = mel_edges(settings.n_mels, settings.f_min, settings.f_max, settings.mel_scale)
    narrow, wide = float(edges[2] - edges[0]), float(edges[-1] - edges[-3])
    bins = settings.n_fft / SAMPLE_RATE
    return (
        f"From {narrow:.0f} Hz wide ({narrow * bins:.1f} bins) to {wide:.0f} Hz "
        f"({wide * bins:.1f} bins). A band of one or two bins is only a coarse triangle."
    )


def spectrum(sound: Sound, rate: int, selection: Span) -> str:
    """Say where the spectrum's peak is."""
    if is_silent(sound):
        return SILENT
    hz, levels = spectra.spectrum(sound, rate, *selection)
    peak = int(levels.argmax())
    text = f"The peak is {db(float(levels[peak]))} at {hz[peak]:.0f} Hz."
    if rate < SAMPLE_RATE:
        return f"{text} Above {rate // 2:,} Hz, everything was taken out before resampling."
    if rate > SAMPLE_RATE:
        return f"{text} Above {SAMPLE_RATE // 2:,} Hz there is nothing: resampling adds no sound."
    return f"{text} In a vowel, the peaks are multiples of f0, and their hills the formants."

"""What there is to see of a clip in its level, its pitch and its parts, with its own numbers."""

from __future__ import annotations

import numpy as np

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import SAMPLE_RATE, count_clipped
from kws_core.explore import parts, spectra, tracks
from kws_core.explore.findings import SILENT, db, is_silent, loudest_time, share
from kws_core.explore.settings import ViewSettings


def level(sound: Sound, settings: ViewSettings) -> str:
    """Say how loud the clip is, where it is loudest, and whether it is clipped."""
    if is_silent(sound):
        return SILENT
    peak = 20 * np.log10(np.abs(sound.samples).max())
    loudest = loudest_time(sound, settings)
    clipped = count_clipped(sound.samples[:, None])
    text = f"Loudest at {loudest:.2f} s; the peak is {db(peak)} of full scale."
    if clipped:
        text += (
            f" **Clipped**: {clipped:,} samples at full scale, flat tops that the spectrogram "
            "shows as upright lines."
        )
    return text


def level_range(sound: Sound, settings: ViewSettings) -> str:
    """Say how far the clip stands out from its background."""
    if is_silent(sound):
        return SILENT
    levels = tracks.rms_db(sound, settings.stft)
    loudest, background = float(levels.max()), float(np.percentile(levels, 10))
    return (
        f"The loudest frame has {db(loudest)}, the quietest tenth is below {db(background)}: "
        f"{loudest - background:.0f} dB between sound and background."
    )


def zero_crossings(sound: Sound, settings: ViewSettings) -> str:
    """Say where the clip hisses most, among what can be heard."""
    if is_silent(sound):
        return SILENT
    rate = np.where(
        tracks.audible(sound, settings.stft), tracks.zero_crossing_rate(sound, settings.stft), 0
    )
    first, step = spectra.frame_times(settings.stft)
    at = int(rate.argmax())
    return (
        f"Highest at {first + at * step:.2f} s ({share(float(rate[at]))} of the samples, like a "
        f"tone of {rate[at] * SAMPLE_RATE / 2:.0f} Hz), where it can be heard. In silence, the "
        "number is that of the noise."
    )


def centroid(sound: Sound, settings: ViewSettings) -> str:
    """Say where the clip is brightest and darkest, among what can be heard."""
    if is_silent(sound):
        return SILENT
    hz = tracks.centroid(sound, settings.stft)
    frames = np.flatnonzero(tracks.audible(sound, settings.stft))
    first, step = spectra.frame_times(settings.stft)
    low, high = frames[int(hz[frames].argmin())], frames[int(hz[frames].argmax())]
    return (
        f"Darkest at {first + low * step:.2f} s ({hz[low]:.0f} Hz), brightest at "
        f"{first + high * step:.2f} s ({hz[high]:.0f} Hz): vowels are low, s, sh and t high."
    )


def pitch(sound: Sound) -> str:
    """Say how high the voice is, and how much is voiced."""
    f0 = tracks.pitch(sound)
    voiced = f0[np.isfinite(f0)]
    if not len(voiced):
        return "No voice was found: noise and whispers have no pitch."
    low, middle, high = np.percentile(voiced, [10, 50, 90])
    return (
        f"{share(len(voiced) / len(f0)).capitalize()} of the clip is voiced, half of that below "
        f"{middle:.0f} Hz and most from {low:.0f} to {high:.0f} Hz. Leaps by a factor of two are "
        "mistakes of the method."
    )


def harmonic_percussive(sound: Sound) -> str:
    """Say how the energy is shared out."""
    if is_silent(sound):
        return SILENT
    split = parts.harmonic_percussive(sound)
    harmonic, percussive = (
        float(np.square(part, dtype=np.float64).sum())
        for part in (split.harmonic, split.percussive)
    )
    return (
        f"{share(harmonic / max(harmonic + percussive, 1e-20)).capitalize()} of the energy is "
        "harmonic. A steady vowel goes there, a gliding one only in part; plosives, clicks and "
        "hisses go to the other."
    )


def silence(sound: Sound, top_db: float) -> str:
    """Say how much is left."""
    kept = parts.sounding(sound, top_db)
    if not kept:
        return SILENT
    seconds = sum(end - start for start, end in kept)
    pieces = "one piece" if len(kept) == 1 else f"{len(kept)} pieces"
    return (
        f"{seconds:.2f} of {sound.duration:.2f} s are kept, in {pieces}. A threshold that is too "
        "high cuts off soft ends such as f, s and t; one that is too low keeps noise."
    )

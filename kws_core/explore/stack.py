"""Which panes each view consists of, and what is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from kws_core.audio.remembered import Floats, Sound
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.charts.style import mel_ticks
from kws_core.explore import libraries, parts, spectra, tracks
from kws_core.explore.panes import (
    LOW,
    MIDDLE,
    Curves,
    Kind,
    Line,
    Pane,
    Picture,
    Rows,
    Tone,
    Wave,
)
from kws_core.explore.settings import MelBands, Stft, ViewSettings
from kws_core.explore.views import Shown, Span
from kws_core.features.front_ends import LogMelConfig
from kws_core.features.mel import mel_edges

_NATURALS: Final = (0, 2, 4, 5, 7, 9, 11)  # semitones above C


def stack(
    sound: Sound, settings: ViewSettings, shown: Shown, marked: Span | None = None
) -> list[Pane]:
    """Return the panes of all views on the time axis, the waveform first.

    marked: what to mark in the waveform, in seconds, unless the view of silence marks its own.
    """
    if "silence" in shown.views:
        spans = parts.sounding(sound, shown.silence_db)
    else:
        spans = (marked,) if marked else ()
    envelope = _line("RMS", tracks.rms(sound, settings.stft), settings.stft, "second")
    panes: list[Pane] = [Wave("Waveform", sound.samples, (envelope,), spans)]
    for name in shown.views:
        if name in _PANES:
            panes += _PANES[name](sound, settings, shown)
    return panes


def _spectrogram(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    return [_of_stft("Spectrogram", sound, settings)]


def _eight_khz(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    left = _of_stft("What is left at 8 kHz", parts.telephone(sound), settings)
    if "spectrogram" in shown.views:
        return [left]
    return [_of_stft("The original, 16 kHz", sound, settings), left]


def _of_stft(title: str, sound: Sound, settings: ViewSettings) -> Picture:
    levels = spectra.spectrogram(sound, settings.stft, settings.floor_db)
    return _in_hz(title, levels, settings.stft)


def _in_hz(title: str, levels: Floats, stft: Stft) -> Picture:
    bins = np.arange(stft.n_fft // 2 + 2, dtype=np.float32) - 0.5
    rows = Rows(bins * np.float32(SAMPLE_RATE / stft.n_fft))
    return Picture(title, levels, *spectra.frame_times(stft), rows)


def _mel(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    values = spectra.mel(sound, settings.stft, settings.mel)
    what = "power" if settings.power == 2 else "magnitude"
    share = values / max(float(values.max()), 1e-20)
    return [_in_bands(f"Mel {what}, strongest = 1", share, settings, "share")]


def _log_mel(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    return [_in_bands("Log-mel", spectra.log_mel(sound, settings.stft, settings.mel), settings)]


def _libraries(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    config = settings.stft, settings.mel
    return [
        _in_bands("librosa", libraries.librosa_log_mel(sound, *config), settings, height=MIDDLE),
        _in_bands(
            "torchaudio", libraries.torchaudio_log_mel(sound, *config), settings, height=MIDDLE
        ),
        _in_bands(
            "librosa − torchaudio, dB",
            libraries.difference(sound, *config),
            settings,
            "signed",
            MIDDLE,
        ),
    ]


def _in_bands(
    title: str, values: Floats, settings: ViewSettings, kind: Kind = "level", height: int = 230
) -> Picture:
    times = spectra.frame_times(settings.stft)
    return Picture(title, values, *times, _band_rows(settings.mel), kind, height)


def _band_rows(bands: MelBands) -> Rows:
    config = LogMelConfig(
        n_mels=bands.n_mels, f_min=bands.f_min, f_max=bands.f_max, mel_scale=bands.scale
    )
    centres = mel_edges(bands.n_mels, bands.f_min, bands.f_max, bands.scale)[1:-1].numpy()
    # Names are positions on the axis, so no two may be the same.
    digits = 0 if np.diff(centres).min(initial=10.0) > 2 else 2
    positions, labels = mel_ticks(config)
    names = tuple(f"{hz:.{digits}f} Hz" for hz in centres)
    # From edge to edge of the outermost bands' triangles: f_min to f_max exactly.
    return Rows(names=names, ticks=(tuple(positions), tuple(labels)), margin=1.0)


def _mfcc(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    config = settings.stft, settings.mel, settings.n_mfcc
    hide = settings.mfcc_rows == "no-c0" and settings.n_mfcc > 1
    numbers = range(int(hide), settings.n_mfcc)
    names = tuple(f"C{number}" for number in numbers)
    every = max(len(numbers) // 4, 1)
    ticks = tuple(float(row) for row in range(0, len(numbers), every))
    rows = Rows(names=names, ticks=(ticks, tuple(names[int(row)] for row in ticks)))
    first, step = spectra.frame_times(settings.stft)

    def picture(title: str, values: Floats, height: int) -> Picture:
        kept = values[numbers.start :]
        if settings.mfcc_rows == "normalised":
            deviation = kept.std(axis=1, keepdims=True)
            kept = (kept - kept.mean(axis=1, keepdims=True)) / np.maximum(deviation, 1e-6)
        return Picture(title, kept, first, step, rows, "signed", height)

    suffix = {"no-c0": " without C0" if hide else "", "normalised": ", each row normalised"}
    return [
        picture(f"MFCC{suffix.get(settings.mfcc_rows, '')}", spectra.mfcc(sound, *config), MIDDLE),
        picture("Δ MFCC, change per frame", spectra.mfcc_slope(sound, *config), LOW),
        picture("ΔΔ MFCC, change of the change", spectra.mfcc_curvature(sound, *config), LOW),
    ]


def _chroma(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    ticks = tuple(float(tone) for tone in _NATURALS)
    labels = tuple(tracks.PITCH_CLASSES[tone] for tone in _NATURALS)
    rows = Rows(names=tracks.PITCH_CLASSES, ticks=(ticks, labels))
    values = tracks.chroma(sound, settings.stft)
    times = spectra.frame_times(settings.stft)
    title = "Chroma, strongest pitch class of each frame = 1"
    return [Picture(title, values, *times, rows, "share", MIDDLE)]


def _rms(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    level = tracks.rms_db(sound, settings.stft)
    line = _line("RMS", level, settings.stft)
    return [Curves("RMS, dB of full scale", (line,), -80.0, 0.0, "dB", 1)]


def _zero_crossings(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    rate = tracks.zero_crossing_rate(sound, settings.stft)
    line = _line("zero crossings", rate * 100, settings.stft)
    high = min(max(float(line.values.max()) * 1.1, 5.0), 100.0)
    return [Curves("Zero crossings, % of the samples", (line,), 0.0, high, "%", 1)]


def _centroid(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    stft = settings.stft
    heard = tracks.audible(sound, stft)
    nothing = np.float32("nan")
    edge = np.where(heard, tracks.roll_off(sound, stft), nothing)
    middle = np.where(heard, tracks.centroid(sound, stft), nothing)
    lines = _line("roll-off", edge, stft, "second"), _line("centroid", middle, stft)
    return [
        Curves(
            "Middle and edge of the spectrum, Hz", lines, 0.0, SAMPLE_RATE / 2, "Hz", height=MIDDLE
        )
    ]


def _pitch(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    f0 = Line("f0", tracks.pitch(sound), *spectra.frame_times(tracks.F0_STFT))
    found = f0.values[np.isfinite(f0.values)]
    high = min(max(float(found.max(initial=0.0)) * 1.15, 300.0), tracks.F0_HIGHEST)
    return [Curves("Pitch, f0 in Hz", (f0,), 0.0, high, "Hz", height=MIDDLE)]


def _harmonic_percussive(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    taken = parts.harmonic_percussive(sound)
    levels = [
        spectra.decibels(power, 2, settings.floor_db)
        for power in (taken.harmonic_power, taken.percussive_power)
    ]
    titles = "Harmonic part", "Percussive part"
    return [
        _in_hz(title, level, parts.HPSS_STFT) for title, level in zip(titles, levels, strict=True)
    ]


def _silence(sound: Sound, settings: ViewSettings, shown: Shown) -> list[Pane]:
    level = parts.relative_level(sound)
    times = spectra.frame_times(parts.SILENCE_STFT)
    threshold = np.full(len(level), -shown.silence_db, np.float32)
    lines = (
        Line("level", level, *times),
        Line("threshold", threshold, *times, "second"),
    )
    kept = parts.sounding(sound, shown.silence_db)
    return [Curves("Below the loudest, dB", lines, -90.0, 0.0, "dB", 1, kept)]


def _line(name: str, values: Floats, stft: Stft, tone: Tone = "main") -> Line:
    return Line(name, values, *spectra.frame_times(stft), tone)


_PANES: Final[dict[str, Callable[[Sound, ViewSettings, Shown], list[Pane]]]] = {
    "spectrogram": _spectrogram,
    "mel": _mel,
    "log-mel": _log_mel,
    "mfcc": _mfcc,
    "chroma": _chroma,
    "rms": _rms,
    "zero-crossings": _zero_crossings,
    "centroid": _centroid,
    "pitch": _pitch,
    "harmonic-percussive": _harmonic_percussive,
    "silence": _silence,
    "8-khz": _eight_khz,
    "libraries": _libraries,
}

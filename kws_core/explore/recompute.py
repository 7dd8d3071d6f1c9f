"""How each view is computed, once for all: to compute its arrays, and to write the code for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, Final

import numpy as np

from kws_core.audio.remembered import Sound
from kws_core.explore import libraries, parts, spectra, tracks
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import VIEWS, Shown, Span

_MODULES: Final = {
    "libraries": libraries,
    "parts": parts,
    "spectra": spectra,
    "tracks": tracks,
}


@dataclass(frozen=True)
class Step:
    """A function call of a view: the result's name, the arguments as written, what comes out."""

    result: str
    function: Callable[..., Any]
    arguments: tuple[str | float, ...]
    what: str

    @property
    def module(self) -> str:
        """The name of the function's module within the package."""
        return self.function.__module__.rpartition(".")[2]

    @property
    def code(self) -> str:
        """The call as a line of Python."""
        written = ", ".join(str(argument) for argument in self.arguments)
        return f"{self.result} = {self.module}.{self.function.__name__}({written})"


_TIMES: Final = Step("times", spectra.times, ("sound", "settings.stft"), "(frames,), s")
_MEL: Final = ("sound", "settings.stft", "settings.mel")
_MFCC: Final = (*_MEL, "settings.n_mfcc")
_LOG_MEL: Final = (
    Step("log_mel", spectra.log_mel, _MEL, "(n_mels, frames), dB"),
    _TIMES,
)
_HZ: Final = Step("hz", spectra.frequencies, ("settings.stft",), "(bins,), Hz")
_LEVELS: Final = ("settings.stft", "settings.floor_db")


def steps(view: str, shown: Shown, selection: Span) -> tuple[Step, ...]:
    """Return the calls that compute a view; selection: of the FFT, in seconds."""
    match view:
        case "fft":
            part = ("sound", shown.fft_rate, *selection)
            return (Step("hz, level", spectra.spectrum, part, "(bins,), Hz and dBFS"),)
        case "silence":
            threshold = ("sound", shown.silence_db)
            return (
                Step("kept", parts.sounding, threshold, "starts and ends, s"),
                Step("samples", parts.without_silence, threshold, "(m,)"),
            )
    return _STEPS[view]


_STEPS: Final[dict[str, tuple[Step, ...]]] = {
    "spectrogram": (
        Step("levels", spectra.spectrogram, ("sound", *_LEVELS), "(bins, frames), dB"),
        _TIMES,
        _HZ,
    ),
    "mel": (Step("mel", spectra.mel, _MEL, "(n_mels, frames)"), _TIMES),
    "log-mel": _LOG_MEL,
    "mfcc": (
        Step("mfcc", spectra.mfcc, _MFCC, "(n_mfcc, frames)"),
        Step("delta", spectra.mfcc_slope, _MFCC, "(n_mfcc, frames), per frame"),
        Step("delta_delta", spectra.mfcc_curvature, _MFCC, "(n_mfcc, frames), per frame²"),
        _TIMES,
    ),
    "chroma": (
        Step("chroma", tracks.chroma, ("sound", "settings.stft"), "(12, frames), 0 to 1"),
        _TIMES,
    ),
    "rms": (Step("rms", tracks.rms, ("sound", "settings.stft"), "(frames,)"), _TIMES),
    "zero-crossings": (
        Step(
            "rate", tracks.zero_crossing_rate, ("sound", "settings.stft"), "(frames,), per sample"
        ),
        _TIMES,
    ),
    "centroid": (
        Step("centroid", tracks.centroid, ("sound", "settings.stft"), "(frames,), Hz"),
        Step("roll_off", tracks.roll_off, ("sound", "settings.stft"), "(frames,), Hz"),
        _TIMES,
    ),
    "pitch": (
        Step("f0", tracks.pitch, ("sound",), "(frames,), Hz, NaN where no voice is"),
        Step("times", spectra.times, ("sound", "tracks.F0_STFT"), "(frames,), s"),
    ),
    "harmonic-percussive": (
        Step("split", parts.harmonic_percussive, ("sound",), "samples and power of both parts"),
        Step("times", spectra.times, ("sound", "parts.HPSS_STFT"), "(frames,), s"),
    ),
    "8-khz": (
        Step("left", parts.telephone, ("sound",), "what is left at 8 kHz, as a Sound"),
        Step("levels", spectra.spectrogram, ("left", *_LEVELS), "(bins, frames), dB"),
        _TIMES,
        _HZ,
    ),
    "libraries": (
        Step("librosa", libraries.librosa_log_mel, _MEL, "(n_mels, frames), dB"),
        Step("torchaudio", libraries.torchaudio_log_mel, _MEL, "(n_mels, frames), dB"),
        Step("difference", libraries.difference, _MEL, "(n_mels, frames), dB"),
        _TIMES,
    ),
    "mel-filters": (
        Step("bank", spectra.filter_bank, ("settings.stft", "settings.mel"), "(n_mels, bins)"),
        _HZ,
    ),
    "surface": _LOG_MEL,
}


def arrays(
    view: str, sound: Sound, settings: ViewSettings, shown: Shown, selection: Span
) -> dict[str, np.ndarray[Any, Any]]:
    """Compute a view: every array by the name that it has in the view's code."""
    found: dict[str, Any] = {"sound": sound, "settings": settings, **_MODULES}
    results: dict[str, np.ndarray[Any, Any]] = {}
    for step in steps(view, shown, selection):
        values = step.function(*(_value(argument, found) for argument in step.arguments))
        names = step.result.split(", ")
        for name, value in zip(names, values if len(names) > 1 else (values,), strict=True):
            found[name] = value
            results |= _flat(name, value)
    return results


def code(
    views: tuple[str, ...], settings: ViewSettings, shown: Shown, selection: Span, file: str
) -> str:
    """Return Python that computes views of a recording in a file with this library."""
    calls: list[str] = []
    modules: set[str] = set()
    for view in views:
        label = next(known.label for known in VIEWS if known.name == view)
        calls += ["", f"# {label}"]
        for step in steps(view, shown, selection):
            calls += [f"{step.code}  # {step.what}"]
            modules |= {step.module}
            modules |= {str(a).partition(".")[0] for a in step.arguments} & _MODULES.keys()
    imported = (
        f"from kws_core.explore import {', '.join(['Sound', 'ViewSettings', *sorted(modules)])}"
    )
    lines = [
        "from kws_core import read_audio",
        imported,
        "",
        f"sound = Sound(read_audio({json.dumps(file)}).samples)",
        *_settings_code(settings),
        *calls,
    ]
    return "\n".join(lines) + "\n"


def _settings_code(settings: ViewSettings) -> list[str]:
    default = asdict(ViewSettings())
    differing = {name: value for name, value in asdict(settings).items() if value != default[name]}
    if not differing:
        return ["settings = ViewSettings()  # what the default model sees"]
    return [
        "settings = ViewSettings(",
        *(f"    {name}={value!r}," for name, value in differing.items()),
        ")",
    ]


def _value(argument: str | float, found: dict[str, Any]) -> Any:
    if not isinstance(argument, str):
        return argument
    name, *attributes = argument.split(".")
    value = found[name]
    for attribute in attributes:
        value = getattr(value, attribute)
    return value


def _flat(name: str, value: Any) -> dict[str, np.ndarray[Any, Any]]:
    if isinstance(value, Sound):
        return {f"{name}.samples": value.samples}
    if is_dataclass(value):
        return {f"{name}.{field.name}": getattr(value, field.name) for field in fields(value)}
    return {name: np.asarray(value)}

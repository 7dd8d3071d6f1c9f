"""The Python that computes the views shown, with this library or with others.

Each view has a template for each library that can compute it. What comes before them is here:
reading the file, and frames that are the same as ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final

from kws_core.audio.remembered import Sound
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import View
from kws_core.explore.views import VIEWS
from kws_core.explore.views.fft import selected

_OURS: Final = """
from kws_core import read_audio
from kws_core.explore import Sound, ViewSettings, levels, spectra

sound = Sound(read_audio({file}).samples)
settings = ViewSettings{settings}
"""
# Frames of other libraries have n_fft samples with the window in their middle: zeros at both ends
# make them ours.
_LIBROSA: Final = """
import librosa
import numpy as np

y, sr = librosa.load({file}, sr=16000)
framed = librosa.effects.preemphasis(y, coef={pre_emphasis}, zi=[0.0])  # 0 is off
framed = np.pad(framed, ({before}, {after}))
frames = dict(
    n_fft={n_fft}, hop_length={hop_length}, win_length={win_length},
    window="{librosa_window}", center={centered},
)
bands = dict(n_mels={n_mels}, fmin={f_min}, fmax={f_max}, htk={htk}, norm={norm})
"""
_TORCHAUDIO: Final = """
import soundfile
import torch
import torchaudio.functional as F
import torchaudio.transforms as T

samples, sr = soundfile.read({file}, dtype="float32")  # at 16,000 Hz
waveform = torch.from_numpy(samples)
framed = F.preemphasis(waveform, {pre_emphasis})  # 0 is off
framed = torch.nn.functional.pad(framed, ({before}, {after}))
frames = dict(
    n_fft={n_fft}, hop_length={hop_length}, win_length={win_length},
    window_fn={torch_window}, center={centered}, pad_mode="constant",
)
bands = dict(
    n_mels={n_mels}, f_min={f_min}, f_max={f_max}, mel_scale="{mel_scale}", norm={norm}
)
"""
_AUDIOMENTATIONS: Final = """
import audiomentations
import soundfile

samples, sr = soundfile.read({file}, dtype="float32")  # at 16,000 Hz
"""
# By name: the attribute of a view with its template, and what comes before the first.
LIBRARIES: Final = {
    "This library": ("code", _OURS),
    "librosa": ("librosa", _LIBROSA),
    "torchaudio": ("torchaudio", _TORCHAUDIO),
    "audiomentations": ("audiomentations", _AUDIOMENTATIONS),
}


def code(
    library: str, views: Iterable[View], sound: Sound, settings: ViewSettings, file: str
) -> str:
    """Return Python that computes views of a sound in a file with one of `LIBRARIES`."""
    attribute, before = LIBRARIES[library]
    templates = [(view.label, getattr(view, attribute)) for view in views]
    if not any(template for _, template in templates):
        labels = (view.label for view in VIEWS if getattr(view, attribute))
        return f"# {library} can compute these views: {', '.join(labels)}.\n"
    values = _values(sound, settings, file)
    parts = [before, *(f"\n# {label}{template}" for label, template in templates if template)]
    return "".join(part.format_map(values) for part in parts).lstrip()


def _values(sound: Sound, settings: ViewSettings, file: str) -> dict[str, Any]:
    """Return what templates may name."""
    default, values = asdict(ViewSettings()), asdict(settings)
    differing = [
        f"\n    {name}={value!r}," for name, value in values.items() if value != default[name]
    ]
    room = 0 if settings.centered else settings.n_fft - settings.win_length
    start, end = selected(sound, settings)
    window = settings.window
    return values | {
        "file": json.dumps(file),
        "settings": f"({''.join(differing)}\n)"
        if differing
        else "()  # what the default model sees",
        "before": room // 2,
        "after": room - room // 2,
        "librosa_window": "boxcar" if window == "rectangular" else window,
        "torch_window": "torch.ones" if window == "rectangular" else f"torch.{window}_window",
        "htk": settings.mel_scale == "htk",
        "norm": None if settings.mel_norm == "none" else f'"{settings.mel_norm}"',
        "start": start,
        "end": end,
        "amplitude_floor": f"{10 ** (settings.floor_db / 20):.3g}",
        "power_floor": f"{10 ** (settings.floor_db / 10):.3g}",
        "band_floor": f"{10 ** (settings.floor_db * settings.power / 20):.3g}",
        "multiplier": 20 // settings.power,
    }

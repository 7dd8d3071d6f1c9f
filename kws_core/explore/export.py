"""What can be taken along: the clip, and the arrays behind the views with their settings."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from kws_core.audio.remembered import Sound, remembered
from kws_core.audio.waveform import to_wav
from kws_core.explore import levels, spectra
from kws_core.explore.settings import ViewSettings
from kws_core.explore.view import View


def arrays(view: View, sound: Sound, settings: ViewSettings) -> dict[str, np.ndarray[Any, Any]]:
    """Compute a view: every array by its name in the view's code.

    It is that code which runs, so that what is saved and what is shown to copy are the same.
    """
    names: dict[str, Any] = {
        "sound": sound,
        "settings": settings,
        "spectra": spectra,
        "levels": levels,
    }
    exec(view.code, names)
    return {
        name: np.asarray(value)
        for name, value in names.items()
        if isinstance(value, np.ndarray | tuple | float)
    }


def npz(sound: Sound, settings: ViewSettings, views: Iterable[View]) -> bytes:
    """Return a compressed NPZ file of the samples and of every array of the views.

    Names are ``view.array``, as in the views' code; ``settings`` is JSON as text. To be read
    with ``numpy.load(file)``, which needs no pickle for it.
    """
    content: dict[str, Any] = {
        "samples": sound.samples,
        "sample_rate": np.int64(sound.sample_rate),
        "settings": np.array(json.dumps(asdict(settings))),
    }
    for view in views:
        for name, array in arrays(view, sound, settings).items():
            content[f"{view.name}.{name}"] = array
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **content)
    return out.getvalue()


@remembered
def wav_of(sound: Sound) -> bytes:
    """Return the sound as a 16-bit WAV file, at its level."""
    return to_wav(sound.samples, sound.sample_rate)


def file_stem(name: str) -> str:
    """Return a clip's name as a file name's stem: lower case, letters, digits and dashes."""
    without_ending = re.sub(r"\.\w{1,4}$", "", name.lower())
    return re.sub(r"[^a-z0-9]+", "-", without_ending).strip("-") or "clip"

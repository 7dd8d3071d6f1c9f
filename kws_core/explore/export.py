"""What can be taken along: the arrays behind the views, with the settings they were made with."""

from __future__ import annotations

import io
import json
import re
from dataclasses import asdict
from typing import Any

import numpy as np

from kws_core.audio.remembered import Sound
from kws_core.explore.recompute import arrays
from kws_core.explore.settings import ViewSettings
from kws_core.explore.views import Shown, Span


def npz(sound: Sound, settings: ViewSettings, shown: Shown, selection: Span) -> bytes:
    """Return a compressed NPZ file of the samples and of every array of the views shown.

    Names are ``view.array``, as in the views' code; ``settings`` is JSON as text. To be read
    with ``numpy.load(file)``, which needs no pickle for it.
    """
    content: dict[str, Any] = {
        "samples": sound.samples,
        "sample_rate": np.int64(sound.sample_rate),
        "settings": np.array(json.dumps(asdict(settings))),
    }
    for view in shown.views:
        for name, array in arrays(view, sound, settings, shown, selection).items():
            content[f"{view}.{name}"] = array
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **content)
    return out.getvalue()


def file_stem(name: str) -> str:
    """Return a clip's name as a file name's stem: lower case, letters, digits and dashes."""
    without_ending = re.sub(r"\.\w{1,4}$", "", name.lower())
    return re.sub(r"[^a-z0-9]+", "-", without_ending).strip("-") or "clip"

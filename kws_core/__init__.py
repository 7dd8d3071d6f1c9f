"""Keyword spotting: from bytes to audio, features, scores and words."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kws_core.audio.clip import Clip
    from kws_core.audio.read import read_audio
    from kws_core.errors import KwsError
    from kws_core.spotting import Detection, DetectorSettings, KeywordDetector
    from kws_core.spotting.finder import Word
    from kws_core.spotting.prediction import Prediction
    from kws_core.spotting.recognizer import Recognizer

__all__ = [
    "Clip",
    "Detection",
    "DetectorSettings",
    "KeywordDetector",
    "KwsError",
    "Prediction",
    "Recognizer",
    "Word",
    "read_audio",
]

_HOMES = {
    "kws_core.audio.clip": ("Clip",),
    "kws_core.audio.read": ("read_audio",),
    "kws_core.errors": ("KwsError",),
    "kws_core.spotting": ("Detection", "DetectorSettings", "KeywordDetector"),
    "kws_core.spotting.finder": ("Word",),
    "kws_core.spotting.prediction": ("Prediction",),
    "kws_core.spotting.recognizer": ("Recognizer",),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is used: the process that decodes sound needs no torch."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

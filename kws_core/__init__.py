"""Keyword spotting: from bytes to audio, features, scores and words."""

from kws_core.audio.read import Clip, read_audio
from kws_core.errors import KwsError
from kws_core.spotting import Detection, DetectorSettings, KeywordDetector
from kws_core.spotting.finder import Word
from kws_core.spotting.recognizer import Prediction, Recognizer

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

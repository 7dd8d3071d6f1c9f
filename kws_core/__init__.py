"""Keyword spotting: from bytes to audio, features, scores and words."""

from kws_core.audio import Clip, read_audio
from kws_core.errors import KwsError
from kws_core.recognizer import Prediction, Recognizer
from kws_core.streaming import Detection, DetectorSettings, KeywordDetector
from kws_core.word_finder import Word

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

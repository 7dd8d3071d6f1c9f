"""Which word a clip is, where the words of a recording are, and those of a stream as it goes on.

``recognizer`` scores a second and makes it a ``prediction``, ``finder`` goes through the
``candidates`` of a recording, and ``streamed_finder`` through one of any length. Of a stream,
``history`` keeps the last seconds of anything; ``intake`` turns chunks of any rate into one
unbroken stream at 16 kHz and counts what was wrong with it; ``windows`` scores a second every hop;
``decision`` turns scores into words, ``isolation`` asks whether they stand alone; ``detector`` puts
them together.
"""

from kws_core.spotting.decision import Decider, Trigger, smooth, smoothed_scores
from kws_core.spotting.detector import Detection, KeywordDetector, LogMelPast, Posteriors
from kws_core.spotting.detector_settings import DetectorSettings
from kws_core.spotting.intake import Faults
from kws_core.spotting.isolation import Isolation
from kws_core.spotting.windows import ScoredWindows, WindowScorer

__all__ = [
    "Decider",
    "Detection",
    "DetectorSettings",
    "Faults",
    "Isolation",
    "KeywordDetector",
    "LogMelPast",
    "Posteriors",
    "ScoredWindows",
    "Trigger",
    "WindowScorer",
    "smooth",
    "smoothed_scores",
]

"""Streams of tones for tests of a room: words at known seconds, heard by a known listener."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.room import PromptTest
from kws_core.spotting import DetectorSettings, KeywordDetector
from tests.helpers.listeners import StreamListener, burst

SETTINGS = DetectorSettings(threshold=0.6)


def detector(sureness: Mapping[str, float] | None = None) -> KeywordDetector:
    return KeywordDetector(StreamListener(dict(sureness or {})), SETTINGS)


def stream(words: Mapping[float, str], seconds: float) -> np.ndarray:
    """Words by the second that each one's middle is at, in a little noise."""
    noise = np.random.default_rng(0).standard_normal(round(seconds * SAMPLE_RATE))
    sound = (1e-4 * noise).astype(np.float32)
    for i, (middle, word) in enumerate(words.items()):
        tone = burst(word, i)
        first = round(middle * SAMPLE_RATE) - len(tone) // 2
        sound[first : first + len(tone)] += tone
    return sound


def prompted(words: tuple[str, ...]) -> PromptTest:
    return PromptTest(StreamListener.labels, SETTINGS, words, "tones")

"""The strip of a sample before anybody plays it: the picture, the scores and the words in it."""

from __future__ import annotations

from dataclasses import dataclass

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.live.strip import Strip, strip_since
from kws_core.spotting import Detection, KeywordDetector


@dataclass(frozen=True, eq=False)
class Preview:
    """What the detector makes of the beginning of a sample."""

    strip: Strip
    words: tuple[Detection, ...]


def preview_of(detector: KeywordDetector, samples: Samples) -> Preview:
    """Return the preview of samples (n,) at 16 kHz, as long as the detector's history."""
    detector.reset()
    beginning = samples[: round(detector.settings.history * SAMPLE_RATE)]
    words = tuple(detector.push(beginning))
    return Preview(strip_since(detector, None), words)

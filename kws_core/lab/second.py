"""The second of a clip that a model sees, with all that was computed from it."""

from __future__ import annotations

from typing import Final

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import Samples
from kws_core.augment.steps import NO_RECORDINGS, Recordings

KEPT_BYTES: Final = 16 * 2**20  # hundreds of draws; a session has one second at a time


class Second(Sound):
    """One second of sound, (n,) at 16 kHz, with all that was computed from it.

    start: where it is in its clip, in seconds. recordings: by name, those that may be added.
    """

    def __init__(
        self, samples: Samples, start: float = 0.0, recordings: Recordings = NO_RECORDINGS
    ) -> None:
        super().__init__(samples, KEPT_BYTES)
        self.start = start
        self.recordings = recordings

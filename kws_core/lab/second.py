"""The second of a clip that a model sees, and results computed from it."""

from __future__ import annotations

from typing import Final

from kws_core.audio.remembered import Sound
from kws_core.audio.waveform import Samples
from kws_core.augment.step import NO_RECORDINGS, Recordings

KEPT_BYTES: Final = 16 * 2**20  # hundreds of draws; a session has one second at a time


class Second(Sound):
    """One second of sound, (n,) at 16 kHz, and results computed from it.

    start: its place in the clip, in seconds. recordings: backgrounds that may be added, by name.
    name: of the clip, for people.
    """

    def __init__(
        self,
        samples: Samples,
        start: float = 0.0,
        recordings: Recordings = NO_RECORDINGS,
        name: str = "clip",
    ) -> None:
        super().__init__(samples, KEPT_BYTES)
        self.start = start
        self.recordings = recordings
        self.name = name

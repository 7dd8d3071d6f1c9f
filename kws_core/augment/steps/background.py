"""A piece of a recording, mixed in at a signal-to-noise ratio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kws_core.audio.waveform import Samples
from kws_core.augment.noise import SNR, add_at_snr
from kws_core.augment.step import Choice, Draw, Recordings, Step, pick, signed
from kws_core.errors import AugmentError


@dataclass(frozen=True)
class BackgroundDraw(Draw):
    """Name and level of the recording, and the position of the piece.

    position: 0 for the first piece as long as the clip, 1 for the last.
    """

    recording: str
    snr_db: float
    position: float

    def offset(self, n_recorded: int, n_samples: int) -> int:
        """Return the first sample taken of a recording of `n_recorded` samples."""
        return int(self.position * (max(n_recorded - n_samples, 0) + 1))

    def _changed(self, clip: Samples, sample_rate: int, recordings: Recordings) -> Samples:
        if self.recording not in recordings:
            there = ", ".join(recordings) or "none"
            raise AugmentError(
                f"There is no recording {self.recording!r} to add. Choose one of those at hand "
                f"({there}), or add synthesised noise."
            )
        recording = recordings[self.recording]
        start = self.offset(len(recording), len(clip))
        # A recording shorter than the clip is repeated.
        noise = np.resize(recording[start : start + len(clip)], len(clip))
        return add_at_snr(clip, noise, self.snr_db)

    def __str__(self) -> str:
        place = f"from {100 * self.position:.0f}% of its length"
        return f"{recording_title(self.recording)} {place}, {signed(self.snr_db)} dB SNR"


@dataclass(frozen=True, kw_only=True)
class Background(Step):
    """Add a piece of a recording, such as a running tap; `Draw.apply` is given the recordings.

    The default names are those of sounds that `kws_core.lab.backgrounds` makes.
    """

    kind = "background"
    title = "Background"
    icon = "groups"
    purpose = "A piece of a longer sound, mixed in from a random position on."
    settings = (Choice("recordings", "Recording"), SNR)

    min_snr_db: float = 0.0
    max_snr_db: float = 30.0
    recordings: tuple[str, ...] = ("voices", "rain", "engine")

    def draw(self, rng: np.random.Generator) -> BackgroundDraw:
        snr_db = float(rng.uniform(self.min_snr_db, self.max_snr_db))
        return BackgroundDraw(pick(rng, self.recordings), snr_db, float(rng.random()))


def recording_title(name: str) -> str:
    """Return the name of a recording for people."""
    return name.replace("_", " ")

"""Sound in real time: frames of a microphone, or of a sample that is played."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples, resample

# What browsers send over WebRTC; samples are played the same way, so that nothing differs.
FRAME_S = 0.02
BROWSER_RATE = 48_000  # Hz

_LONGEST_S = 0.99  # of pieces that are joined
_FRAME = round(FRAME_S * BROWSER_RATE)  # samples


@dataclass(frozen=True, eq=False)
class Frame:
    """A piece of a stream.

    samples: (n,) at sample_rate Hz, floats with full scale at 1, or of 16 bits. time: when its
    first sample was recorded, in seconds by the source's clock. arrived: when it was there, by this
    computer's clock. stream: pieces of one stream have the same number. run: so do those from one
    start of the microphone or a sample to the next; a pause divides streams, not runs.
    """

    samples: npt.NDArray[Any]
    sample_rate: int
    time: float
    arrived: float
    stream: int
    run: int = 0

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self.samples) / self.sample_rate


def joined(frames: Iterable[Frame]) -> list[Frame]:
    """Return frames with those that follow on one another made one, up to a second, of floats.

    So what had to wait is caught up with: many windows at once take little longer than one.
    """
    pieces: list[list[Frame]] = []
    for frame in frames:
        last = pieces[-1] if pieces else []
        if last and _follows(frame, last[-1]) and frame.time - last[0].time < _LONGEST_S:
            last.append(frame)
        else:
            pieces.append([frame])
    return [_as_one(piece) for piece in pieces]


def _follows(frame: Frame, before: Frame) -> bool:
    same = (frame.stream, frame.sample_rate) == (before.stream, before.sample_rate)
    return same and abs(before.time + before.seconds - frame.time) < 0.5 / frame.sample_rate


def _as_one(piece: list[Frame]) -> Frame:
    samples = np.concatenate([frame.samples for frame in piece])
    if samples.dtype == np.int16:
        samples = samples * np.float32(2**-15)
    first = piece[0]
    # There as a whole only when its last part was.
    return replace(first, samples=samples, arrived=piece[-1].arrived)


def mono_of(block: npt.NDArray[np.int16], n_channels: int) -> Samples:
    """Return the mean of the channels of 16-bit samples, packed (1, n * channels), as (n,)."""
    channels = block.reshape(-1, n_channels)
    mono: Samples = channels.mean(axis=1, dtype=np.float32) / np.float32(2**15)
    return mono


def samples_of(frame: Any) -> tuple[Samples, int, float]:
    """Return samples (n,), rate in Hz and time in seconds of a 16-bit packed ``av.AudioFrame``."""
    mono = mono_of(frame.to_ndarray(), len(frame.layout.channels))
    return mono, int(frame.sample_rate), float(frame.pts * frame.time_base)


class Playback:
    """A recording that is played: gives its frames when they are due, and can be held."""

    def __init__(self, samples: Samples, start: float) -> None:
        """Play samples (n,) at 16 kHz from the time `start` (s) on."""
        # In 16 bits, as a browser would send them.
        loud = np.clip(resample(samples, SAMPLE_RATE, BROWSER_RATE), -1.0, 1.0 - 2**-15)
        self._samples: Samples = np.round(loud * 2**15).astype(np.float32) / np.float32(2**15)
        self._n_frames = -(-len(self._samples) // _FRAME)
        self._start = start
        self._held_at: float | None = None
        self._n_given = 0

    @property
    def seconds(self) -> float:
        """Its length."""
        return len(self._samples) / BROWSER_RATE

    @property
    def finished(self) -> bool:
        """Whether all frames were given."""
        return self._n_given >= self._n_frames

    def position(self, now: float) -> float:
        """Return how much was played at the time `now`, in seconds."""
        until = now if self._held_at is None else self._held_at
        return min(max(until - self._start, 0.0), self.seconds)

    def due(self, now: float, most: int) -> list[tuple[Samples, float]]:
        """Return the samples and the time of frames whose end was reached, `most` at once.

        The others come next time: where the computer is too slow for real time, nothing is lost.
        """
        n_due = int(self.position(now) / FRAME_S + 1e-6)
        if self.position(now) >= self.seconds:
            n_due = self._n_frames
        first = self._n_given
        self._n_given = min(max(n_due, first), first + max(most, 0))
        return [
            (self._samples[k * _FRAME : (k + 1) * _FRAME], k * FRAME_S)
            for k in range(first, self._n_given)
        ]

    def hold(self, now: float) -> None:
        """Stay where it is."""
        if self._held_at is None:
            self._held_at = now

    def go_on(self, now: float) -> None:
        """Go on after `hold`."""
        if self._held_at is not None:
            self._start += now - self._held_at
            self._held_at = None

"""Chunks as they arrive, at any rate and with holes, made one unbroken stream at 16 kHz."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples, as_mono_16k, check_rate
from kws_core.errors import BadSamplesError

TOLERANCE_S = 0.04  # what a time stamp may be off: clocks of computers wander
LONGEST_GAP_S = 1.0  # beyond it, what came before says nothing about what comes now


@dataclass(frozen=True)
class Faults:
    """What was wrong with a stream so far.

    gaps: pieces missing between chunks, filled with silence; lost: their seconds. overruns:
    chunks that began before the one before had ended, whose beginning was left out. rate_changes:
    of the sample rate. clock_jumps: time stamps more than a second off, at which listening began
    anew.
    """

    gaps: int = 0
    lost: float = 0.0
    overruns: int = 0
    rate_changes: int = 0
    clock_jumps: int = 0

    @property
    def any(self) -> bool:
        """Whether anything was wrong."""
        return self != Faults()


@dataclass(frozen=True)
class Taken:
    """Samples (n,) at 16 kHz to go on with.

    skipped: None if they continue what came before; otherwise, seconds passed over without sound.
    """

    samples: Samples
    skipped: float | None = None


class Intake:
    """Resamples chunks and fits them together by their time stamps; one per stream."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._rate: int | None = None
        self._resampler: Any = None
        self._least_held = math.inf  # by the resampler, in samples at 16 kHz
        self._lump = 0  # the least that it gives at once, if anything
        self._expected: float | None = None  # time stamp of the next chunk, if it has one

    def until(self, n_samples: int) -> float:
        """Return how many samples at 16 kHz must come at least before it gives so many.

        A resampler gives them in lumps, and holds as many as it must in between.
        """
        if self._resampler is None or not self._lump:
            return n_samples
        n_lumps = math.ceil(n_samples / (self._lump + 1))  # some are longer by a sample
        return self._least_held + n_lumps * self._lump - float(self._resampler.delay())

    def take(self, samples: npt.NDArray[Any], sample_rate: int, timestamp: float | None) -> Taken:
        """Return what of a chunk (n,) can be used already: a resampler holds some back.

        timestamp: when its first sample was recorded, in seconds from anywhere. Raises
        BadSamplesError or BadSampleRateError, and has then changed nothing.
        """
        rate = check_rate(sample_rate)
        # Its rate is dealt with below: here only form and values are looked at.
        chunk = as_mono_16k(samples, SAMPLE_RATE) if np.size(samples) else _NOTHING
        if timestamp is not None and not np.isfinite(timestamp):
            raise BadSamplesError("The time stamp of the samples is not a number.")
        off = 0.0
        if timestamp is not None and self._expected is not None:
            off = timestamp - self._expected
        parts, skipped = [self._change_rate(rate)], None
        if abs(off) > LONGEST_GAP_S:
            self.faults = replace(self.faults, clock_jumps=self.faults.clock_jumps + 1)
            parts, skipped = [], max(off, 0.0)
            self._resampler = _resampler(rate)
        elif off > TOLERANCE_S:
            missing = round(off * rate)
            lost = self.faults.lost + missing / rate
            self.faults = replace(self.faults, gaps=self.faults.gaps + 1, lost=lost)
            parts.append(self._resample(np.zeros(missing, np.float32)))
        if timestamp is not None and (self._expected is None or abs(off) > TOLERANCE_S):
            self._expected = timestamp
        if self._expected is not None:
            self._expected += len(chunk) / rate
        if -LONGEST_GAP_S <= off < -TOLERANCE_S:
            self.faults = replace(self.faults, overruns=self.faults.overruns + 1)
            twice = round(-off * rate)
            self._expected = (self._expected or 0.0) + max(0, twice - len(chunk)) / rate
            chunk = chunk[twice:]
        parts.append(self._resample(chunk))
        return Taken(np.concatenate(parts), skipped)

    def _change_rate(self, rate: int) -> Samples:
        """Take up another rate; returns what the resampler of the old one still held."""
        if rate == self._rate:
            return _NOTHING
        rest = _NOTHING
        if self._rate is not None:
            self.faults = replace(self.faults, rate_changes=self.faults.rate_changes + 1)
            if self._resampler is not None:
                rest = np.asarray(self._resampler.resample_chunk(_NOTHING, last=True))
        self._rate = rate
        self._resampler, self._least_held, self._lump = _resampler(rate), math.inf, 0
        return rest

    def _resample(self, chunk: Samples) -> Samples:
        if self._resampler is None:
            return chunk
        resampled = np.asarray(self._resampler.resample_chunk(chunk), dtype=np.float32)
        self._least_held = min(self._least_held, self._resampler.delay())
        if len(resampled):
            self._lump = min(self._lump or len(resampled), len(resampled))
        return resampled


_NOTHING: Samples = np.zeros(0, np.float32)


def _resampler(rate: int) -> Any:
    """Return what brings a stream to 16 kHz, or None if it is there."""
    if rate == SAMPLE_RATE:
        return None
    import soxr

    return soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")

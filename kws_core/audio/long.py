"""A recording of any length as pieces at 16 kHz, with its channels mixed or apart.

Levels stay as they are: what `kws_core.audio.clip` decides by the peak of a whole recording cannot
be decided by its beginning. A constant offset is removed, as the first piece has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.container import Block
from kws_core.audio.waveform import SAMPLE_RATE, Samples, check_rate, require_finite
from kws_core.errors import BadSamplesError, EmptyAudioError, NoSuchChannelError

MIX: Final = "mix"
CHANNELS: Final = {MIX: None, "each": None, "left": 0, "right": 1}  # which one is taken
_OFFSET: Final = 0.25  # of the power of the rest, from which on an offset is removed


@dataclass(frozen=True, eq=False)
class Piece:
    """Samples (n, channels) at 16 kHz; rate (Hz) and channels: of the file."""

    samples: Samples
    rate: int
    channels: int


def long_pieces(blocks: Iterable[Block], channels: str = MIX) -> Iterator[Piece]:
    """Yield pieces that follow one another, as the blocks of a recording come.

    channels: one of CHANNELS; ``mix`` is their mean. Raises NoSuchChannelError for a channel that
    there is not, EmptyAudioError, BadSamplesError or BadSampleRateError.
    """
    resampler: Any = None
    last: Block | None = None
    offset: npt.NDArray[np.float64] | None = None
    rate = n_channels = 0
    for block in blocks:
        require_finite(block.samples)
        if last is None:
            rate, n_channels = check_rate(block.rate), block.samples.shape[1]
        chosen = _chosen(block.samples, channels)
        if offset is None:
            offset = _offset(chosen)
        elif chosen.shape[1] != len(offset):
            raise BadSamplesError(
                f"The number of channels changes from {len(offset)} to {chosen.shape[1]} within "
                "the recording. Cut it there, or have its channels mixed."
            )
        chosen = np.asarray(np.clip(chosen - offset, -1, 1), np.float32)
        if last is None or block.rate != last.rate:
            if resampler is not None:
                yield Piece(_resampled(resampler, chosen[:0], last=True), rate, n_channels)
            resampler = _resampler(block.rate, chosen.shape[1])
        last = block
        yield Piece(_resampled(resampler, chosen), rate, n_channels)
    if last is None:
        raise EmptyAudioError("The recording holds no samples. Record again.")
    if resampler is not None:
        nothing = np.zeros((0, 1 if offset is None else len(offset)), np.float32)
        yield Piece(_resampled(resampler, nothing, last=True), rate, n_channels)


def _chosen(samples: Samples, channels: str) -> Samples:
    n, index = samples.shape[1], CHANNELS[channels]
    if index is not None and index >= n:
        raise NoSuchChannelError(f"The recording has one channel: there is no {channels} one.")
    if index is not None:
        return samples[:, index : index + 1]
    if channels == MIX and n > 1:
        return np.asarray(samples.mean(axis=1, dtype=np.float64, keepdims=True), np.float32)
    return samples


def _offset(samples: Samples) -> npt.NDArray[np.float64]:
    """Return the mean of each channel, 0 where it is small beside what varies."""
    if not len(samples):
        return np.zeros(samples.shape[1])
    mean = samples.mean(axis=0, dtype=np.float64)
    power = samples.var(axis=0, dtype=np.float64)
    return np.where(np.square(mean) > _OFFSET * power, mean, 0.0)


def _resampler(rate: int, channels: int) -> Any:
    if check_rate(rate) == SAMPLE_RATE:
        return None
    import soxr

    return soxr.ResampleStream(rate, SAMPLE_RATE, channels, dtype="float32", quality="HQ")


def _resampled(resampler: Any, samples: Samples, last: bool = False) -> Samples:
    if resampler is None:
        return samples
    return np.asarray(resampler.resample_chunk(np.ascontiguousarray(samples), last=last))

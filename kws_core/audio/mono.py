"""One channel from several, without an offset and loud enough: what a recognizer can use."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from kws_core.audio.waveform import SAMPLE_RATE, Samples
from kws_core.errors import NoSuchChannelError

_STEP: Final = SAMPLE_RATE // 10  # 100 ms, in which levels are compared
_FLOOR: Final = 0.1  # share of the steps, below whose level is steady noise and hum
_LEAST_VARYING: Final = 1e-3  # share of the power: below, all of the sound is steady
_KEEPS: Final = 0.7  # of the power of the loudest channel: -1.5 dB
_CONTAINS: Final = 0.8  # of the power that there is in any channel

_SLOW: Final = SAMPLE_RATE // 20  # averages over 50 ms pass frequencies below some 20 Hz
_OFFSET: Final = 0.25  # of the power of the rest

_QUIET_PEAK: Final = 10 ** (-45 / 20)  # below, words are missed
_USUAL_PEAK: Final = 0.1


def to_mono(channels: list[Samples], chosen: int | None, keep: Callable[[str], object]) -> Samples:
    """Make one channel of several, each of shape (n,) at 16 kHz.

    The mix is taken if it is as loud as the loudest channel, else that channel: channels that
    are out of phase, delayed or silent weaken a mix. Where none has all of the sound, as with a
    speaker on each, the mix is brought to their level. chosen: the channel to use, from 1. keep:
    gets a note for people, if there is something to say. Raises NoSuchChannelError.
    """
    n = len(channels)
    if chosen is not None and not 1 <= chosen <= n:
        raise NoSuchChannelError(
            f"The recording has {'one channel' if n == 1 else f'{n} channels'}: there is no "
            f"channel {chosen}. Choose one from 1 to {n}."
        )
    if n == 1:
        return without_offset(channels[0], keep)
    if chosen is not None:
        keep(f"channel {chosen} of {n} used, as chosen")
        return without_offset(channels[chosen - 1], keep)
    notes: list[list[str]] = [[] for _ in range(n)]
    level = [without_offset(one, notes[c].append) for c, one in enumerate(channels)]
    mix: Samples = np.asarray(np.mean(level, axis=0, dtype=np.float64), np.float32)
    power = _varying_power(np.stack([*map(_power, level), _power(mix)]))
    loudest = power[:-1].max(axis=0).sum()
    best = int(power[:-1].sum(axis=1).argmax())
    kept = power[-1].sum() / loudest if loudest else 1.0
    contained = power[best].sum() / loudest if loudest else 1.0
    if kept < _KEEPS and (contained >= _CONTAINS or kept < 0.5 / n**2):
        for note in (f"channel {best + 1} of {n} used: a mix would be weaker", *notes[best]):
            keep(note)
        return level[best]
    keep(f"{'stereo' if n == 2 else f'{n} channels'} mixed to mono")
    for note in dict.fromkeys(note for of_one in notes for note in of_one):
        keep(note)
    if kept < _KEEPS:
        mix *= np.float32(min(n, kept**-0.5))
    return mix


def without_offset(samples: Samples, keep: Callable[[str], object]) -> Samples:
    """Remove an offset or a drift, below some 20 Hz, from samples (n,) at 16 kHz.

    keep: gets a note for people, if so.
    """
    if len(samples) <= 2 * _SLOW:
        slow = np.full(len(samples), samples.mean(dtype=np.float64) if len(samples) else 0.0)
    else:
        trend = _trend(samples)
        slow = trend + _average(_average(samples - trend))
    rest = samples - slow
    if np.square(slow).sum() <= _OFFSET * np.square(rest).sum():
        return samples
    keep("offset removed")
    return np.asarray(rest, np.float32)


def _trend(samples: Samples) -> npt.NDArray[np.float64]:
    """The straight line through samples (n,)."""
    time = np.linspace(-1, 1, len(samples))
    slope = (time @ samples) / (time @ time)
    return np.asarray(samples.mean(dtype=np.float64) + slope * time)


def _average(samples: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    before = _SLOW // 2
    padded = np.pad(samples, (before, _SLOW - before), mode="reflect")
    total: npt.NDArray[np.float64] = np.concatenate([[0.0], np.cumsum(padded)])
    return np.asarray(total[_SLOW:] - total[:-_SLOW])[: len(samples)] / _SLOW


def _power(samples: Samples) -> npt.NDArray[np.float64]:
    """The power of each 100 ms."""
    n = max(len(samples) // _STEP, 1) * _STEP
    padded = np.pad(samples[:n], (0, max(n - len(samples), 0)))
    return np.asarray(np.square(padded.reshape(-1, _STEP), dtype=np.float64).mean(axis=1))


def _varying_power(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """What is well above the floor of each row, unless all of the sound is steady."""
    floor = np.sort(power, axis=1)[:, int(_FLOOR * power.shape[1])]
    varying = np.maximum(power - 2 * floor[:, None], 0.0)
    return varying if varying.sum() > _LEAST_VARYING * power.sum() else power


def loud_enough(samples: Samples) -> tuple[Samples, float]:
    """Turn very quiet samples up, to a peak of -20 dBFS; also return by how many dB."""
    peak = float(np.abs(samples).max(initial=0.0))
    if not 0 < peak < _QUIET_PEAK:
        return samples, 0.0
    return samples * np.float32(_USUAL_PEAK / peak), 20 * math.log10(_USUAL_PEAK / peak)

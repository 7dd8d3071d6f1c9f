"""Samples in memory: their rate, their checks, and the way to 16 kHz and to WAV."""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np
import numpy.typing as npt

from kws_core.errors import BadSampleRateError, BadSamplesError, EmptyAudioError

SAMPLE_RATE = 16_000  # Hz
LOWEST_RATE, HIGHEST_RATE = 1_000, 768_000  # Hz, of a source

_FULL_SCALE = 0.9999

Samples = npt.NDArray[np.float32]


def check_rate(rate: int) -> int:
    """`rate` (Hz) if a recording can have it; raises BadSampleRateError otherwise."""
    if not isinstance(rate, int | np.integer) or not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise BadSampleRateError(
            f"A sample rate of {rate} Hz cannot be right: recordings have "
            f"{LOWEST_RATE / 1000:g} to {HIGHEST_RATE / 1000:g} kHz. Save the recording again, "
            "for example at 16 or 44.1 kHz."
        )
    return int(rate)


def resample(samples: npt.NDArray[Any], from_rate: int, to_rate: int) -> Samples:
    """Band-limited change of rate, (n,) at from_rate Hz to float32 (n * to / from,) at to_rate Hz.

    Raises BadSampleRateError.
    """
    check_rate(from_rate)
    check_rate(to_rate)
    mono = np.ascontiguousarray(samples, dtype=np.float32)
    if from_rate == to_rate or not mono.size:
        return mono
    import soxr

    return np.asarray(soxr.resample(mono, from_rate, to_rate, quality="HQ"), dtype=np.float32)


def as_mono_16k(samples: npt.NDArray[Any], sample_rate: int) -> Samples:
    """Samples in memory as the recogniser takes them: float32 (m,), mono, 16 kHz.

    samples: (n,) at sample_rate Hz, floats with full scale at 1 or int16/int32 (scaled to
    [-1, 1)); any level, silence included. Raises EmptyAudioError, BadSamplesError or
    BadSampleRateError.
    """
    array = np.asarray(samples)
    _require_one_row(array)
    if array.dtype.kind not in "iuf":
        raise BadSamplesError(f"Samples must be real numbers, not {array.dtype}.")
    if not array.size:
        raise EmptyAudioError("There are no samples. Record or choose some sound.")
    rate = check_rate(sample_rate)
    scaled = array.dtype.kind == "i" and array.dtype.itemsize in (2, 4)
    scale = 2.0 ** (8 * array.dtype.itemsize - 1) if scaled else 1.0
    with np.errstate(over="ignore"):
        mono = (array / scale).astype(np.float32)
    require_finite(mono)
    return resample(mono, rate, SAMPLE_RATE)


def to_wav(samples: npt.NDArray[Any], sample_rate: int) -> bytes:
    """A 16-bit mono WAV of samples (n,) in [-1, 1] at sample_rate Hz; louder ones are clipped.

    The level is kept as it is. Raises BadSamplesError or BadSampleRateError.
    """
    rate = check_rate(sample_rate)
    array = np.asarray(samples, dtype=np.float64)
    _require_one_row(array)
    require_finite(array)
    steps = np.clip(np.round(array * 2**15), -(2**15), 2**15 - 1).astype("<i2")
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(steps.tobytes())
    return out.getvalue()


def count_clipped(block: Samples) -> int:
    """How many samples of a block (frames, channels) lie in runs of three or more at full scale.

    A loud peak alone touches full scale once or twice, and samples beyond it kept their shape.
    """
    size = np.abs(block)
    if size.max(initial=0.0) < _FULL_SCALE:
        return 0
    full = (size >= _FULL_SCALE) & (size <= 1.0)
    inner = full[:-2] & full[1:-1] & full[2:]
    run = np.zeros_like(full)
    for shift in range(3):
        run[shift : len(full) - 2 + shift] |= inner
    return int(run.sum())


def require_finite(samples: npt.NDArray[Any]) -> None:
    """Raise BadSamplesError if `samples` (any shape) holds NaN or Inf."""
    if not np.isfinite(samples).all():
        raise BadSamplesError(
            "Some samples are not numbers, or are infinite (NaN or Inf). "
            "Save the recording again, for example as 16-bit WAV."
        )


def _require_one_row(array: npt.NDArray[Any]) -> None:
    if array.ndim != 1:
        raise BadSamplesError(
            f"Samples must be one row of numbers (mono), not an array of shape {array.shape}. "
            "Average the channels first."
        )

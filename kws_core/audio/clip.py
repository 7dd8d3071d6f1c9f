"""A recording as the recogniser takes it, made from the bytes of a file."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import numpy as np

from kws_core.audio.containers import Container, identify
from kws_core.audio.decoding import Stream, UndecodableError, open_av, open_soundfile
from kws_core.audio.waveform import (
    SAMPLE_RATE,
    Samples,
    check_rate,
    count_clipped,
    require_finite,
)
from kws_core.errors import (
    EmptyAudioError,
    SilentAudioError,
    TooShortError,
    TruncatedAudioError,
)

MAX_SECONDS = 60.0
MIN_SECONDS = 0.1

_SILENCE = 1e-5  # below half a step of 16 bits
_OVERSHOOT = 1e-3  # share of samples
_MANY_CLIPPED = 8
_QUIET_DB = -50.0

_Open = Callable[[bytes, Container], AbstractContextManager[Stream]]


@dataclass(frozen=True, eq=False)
class Clip:
    """A recording ready to be recognised, and what was done to make it so.

    samples: float32 of shape (n,), mono at sample_rate (always 16 kHz), read-only, within
    [-1, 1]. source_rate (Hz) and channels: of the file. notes: for people, one per change or
    warning.
    """

    samples: Samples
    source_rate: int
    channels: int
    notes: tuple[str, ...] = ()
    sample_rate: int = SAMPLE_RATE

    def __post_init__(self) -> None:
        samples = self.samples.view()
        samples.setflags(write=False)
        object.__setattr__(self, "samples", samples)

    @property
    def duration(self) -> float:
        """Seconds of sound kept."""
        return len(self.samples) / self.sample_rate

    @property
    def peak(self) -> float:
        """Largest absolute sample, 1 being full scale."""
        return float(np.abs(self.samples).max(initial=0.0))

    @property
    def rms(self) -> float:
        """Root mean square of the samples, 1 being full scale."""
        return math.sqrt(np.mean(np.square(self.samples, dtype=np.float64)))

    @property
    def level_db(self) -> float:
        """RMS level in dBFS (a full-scale sine is -3 dBFS)."""
        return 20 * math.log10(max(self.rms, 1e-10))


def decode(data: bytes) -> Clip:
    """Decode the bytes of a whole file. Damaged ones may crash the process: run it in a worker.

    Raises the subclass of AudioError that names the fault.
    """
    container = identify(data)
    if container.rate is not None:
        check_rate(container.rate)
    heard = _decode(data[container.start :], container)
    _require_sound(heard, container)
    samples, turned_down = _within_full_scale(heard.samples)
    clip = Clip(samples, heard.rate, heard.channels)
    notes = _notes(heard, turned_down, clip.level_db)
    return Clip(samples, heard.rate, heard.channels, notes)


@dataclass
class _Heard:
    """What came out of a decoder: samples at 16 kHz, the rest as the file has it."""

    rate: int
    channels: int
    claimed: float | None
    samples: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    seconds: float = 0.0
    clipped: int = 0
    cut: bool = False


def _decode(data: bytes, container: Container) -> _Heard:
    failure: UndecodableError | None = None
    decoders: tuple[_Open, ...] = (open_soundfile, open_av) if container.soundfile else (open_av,)
    for open_stream in decoders:
        try:
            with open_stream(data, container) as stream:
                return _hear(stream)
        except UndecodableError as error:
            failure = error
    raise TruncatedAudioError(
        f"The file starts like {container.name} but ends early or is damaged: no sound could be "
        "read. Upload or record it again."
    ) from failure


def _hear(stream: Stream) -> _Heard:
    """Mix, resample and keep the first MAX_SECONDS, one block at a time."""
    rate = check_rate(stream.sample_rate)
    heard = _Heard(rate, stream.channels, stream.seconds)
    room = round(MAX_SECONDS * rate)
    to_16k = _block_resampler(rate)
    kept: list[Samples] = []
    taken = 0
    for block in stream.blocks:
        if taken == room:
            heard.cut = True
            break
        part = block[: room - taken]
        heard.cut = len(part) < len(block)
        require_finite(part)
        heard.clipped += count_clipped(part)
        kept.append(to_16k(part.mean(axis=1, dtype=np.float64).astype(np.float32), False))
        taken += len(part)
        if heard.cut:
            break
    kept.append(to_16k(np.zeros(0, np.float32), True))
    heard.samples = np.concatenate(kept)
    require_finite(heard.samples)
    heard.seconds = taken / rate
    return heard


def _block_resampler(rate: int) -> Callable[[Samples, bool], Samples]:
    if rate == SAMPLE_RATE:
        return lambda block, last: block
    import soxr

    stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
    return lambda block, last: np.asarray(stream.resample_chunk(block, last=last), np.float32)


def _require_sound(heard: _Heard, container: Container) -> None:
    if heard.seconds < MIN_SECONDS:
        if heard.claimed == 0:
            raise EmptyAudioError(
                f"The {container.name} file holds no samples. Record again and speak a word."
            )
        if not heard.seconds or (heard.claimed or 0) >= MIN_SECONDS:
            raise TruncatedAudioError(
                f"The {container.name} file ends early: {heard.seconds:.2f} s of sound could be "
                "read. Upload or record it again."
            )
        raise TooShortError(
            f"The recording lasts {heard.seconds:.2f} s; a word needs at least "
            f"{MIN_SECONDS:g} s. Record a longer one."
        )
    if np.abs(heard.samples).max(initial=0.0) < _SILENCE:
        raise SilentAudioError(
            "The recording is silent: every sample is zero. Check that the microphone is not "
            "muted, and record again."
        )


def _within_full_scale(samples: Samples) -> tuple[Samples, float]:
    """The samples with their peak at most 1, and by how many dB they were turned down."""
    size = np.abs(samples)
    peak = float(size.max(initial=0.0))
    turned_down = 0.0
    if np.mean(size > 1.0) > _OVERSHOOT:
        samples = samples / np.float32(peak)
        turned_down = 20 * math.log10(peak)
    return np.clip(samples, -1.0, 1.0), turned_down


def _notes(heard: _Heard, turned_down: float, level_db: float) -> tuple[str, ...]:
    notes: list[str] = []
    if heard.channels > 1:
        what = "stereo" if heard.channels == 2 else f"{heard.channels} channels"
        notes.append(f"{what} mixed to mono")
    if heard.rate != SAMPLE_RATE:
        notes.append(f"{heard.rate / 1000:g} kHz resampled to {SAMPLE_RATE / 1000:g} kHz")
    if heard.cut:
        notes.append(f"cut to the first {MAX_SECONDS:g} s")
    elif heard.claimed is not None and heard.claimed - heard.seconds > 0.1:
        notes.append(
            f"the file ends early: {heard.seconds:.1f} s of {heard.claimed:.1f} s could be read"
        )
    if turned_down >= 0.1:
        notes.append(f"peaks above full scale: turned down by {turned_down:.1f} dB")
    if heard.clipped >= _MANY_CLIPPED:
        notes.append(f"peaks are clipped: {heard.clipped} samples at full scale")
    if level_db < _QUIET_DB:
        notes.append(f"very quiet ({level_db:.0f} dBFS)")
    return tuple(notes)

"""A recording as the recogniser takes it, made from the bytes of a file."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from kws_core.audio.decoding import Recording
from kws_core.audio.mono import loud_enough, to_mono
from kws_core.audio.one_second import SLACK_SAMPLES
from kws_core.audio.waveform import SAMPLE_RATE, Samples, check_rate, count_clipped, require_finite
from kws_core.errors import EmptyAudioError, SilentAudioError, TooShortError, TruncatedAudioError

MAX_SECONDS: Final = 60.0
MIN_SECONDS: Final = 0.1
MAX_CHANNELS: Final = 16  # for MAX_SECONDS; with more, fewer seconds are kept

_ROUNDING_SAMPLES: Final = 16  # that resampling may add
_SILENCE: Final = 1e-6  # -120 dBFS, some steps of 24 bits
_OVERSHOOT: Final = 1e-3  # share of samples
_MANY_CLIPPED: Final = 8
_QUIET_DB: Final = -50.0


@dataclass(frozen=True, eq=False)
class Clip:
    """A recording ready to be recognised, with notes on the changes made to it.

    samples: float32 of shape (n,), mono at sample_rate (always 16 kHz), read-only, within
    [-1, 1]. source_rate (Hz) and channels: of the file. notes: for people, one per change or
    warning. gain_db: by how much a very quiet recording was turned up.
    """

    samples: Samples
    source_rate: int
    channels: int
    notes: tuple[str, ...] = ()
    sample_rate: int = SAMPLE_RATE
    gain_db: float = 0.0

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


def decode(data: bytes, channel: int | None = None, rate: int | None = None) -> Clip:
    """Decode the bytes of a whole file. Damaged ones may crash the process: run it in a worker.

    channel: the one to use, from 1. rate: Hz, where the file's own is wrong. Raises the subclass
    of AudioError that names the fault.
    """
    recording = Recording(data)
    tracks = range(recording.tracks)
    heard = max((_hear(recording, track, channel, rate) for track in tracks), key=_loudness)
    if len(tracks) > 1:
        heard.notes.insert(0, f"track {heard.track + 1} of {len(tracks)} used: the loudest")
    if recording.left_out:
        heard.notes.append(f"{recording.left_out} of the joined files could not be read")
    _require_sound(heard, recording)
    samples, turned_up = loud_enough(heard.samples)
    samples, turned_down = _within_full_scale(samples)
    clip = Clip(samples, heard.rates[0], heard.channels)
    level_db = clip.level_db - turned_up
    notes = _notes(heard, recording.seconds, turned_up, turned_down, level_db)
    return Clip(samples, heard.rates[0], heard.channels, notes, gain_db=turned_up)


@dataclass
class _Heard:
    """What came out of a decoder: mono at 16 kHz, the rest as the file has it."""

    track: int
    samples: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    own_rate: int = 0
    rates: list[int] = field(default_factory=list)
    channels: int = 0
    seconds: float = 0.0
    clipped: int = 0
    longest: float = MAX_SECONDS
    cut: bool = False
    notes: list[str] = field(default_factory=list)


def _loudness(heard: _Heard) -> float:
    return float(np.square(heard.samples, dtype=np.float64).sum())


def _hear(recording: Recording, track: int, channel: int | None, rate: int | None) -> _Heard:
    """Resample and mix the first MAX_SECONDS of a track, one block at a time."""
    heard = _Heard(track)
    stretch: _Stretch | None = None
    done: list[Samples] = []
    for block in recording.blocks(track):
        block_rate, n_channels = check_rate(rate or block.rate), block.samples.shape[1]
        heard.own_rate = heard.own_rate or block.rate
        if stretch is None or (block_rate, n_channels) != (stretch.rate, stretch.channels):
            done += stretch.mono(channel, heard.notes) if stretch else []
            stretch = _Stretch(block_rate, n_channels)
            heard.rates.append(block_rate)
            heard.channels = heard.channels or n_channels
            heard.longest = min(heard.longest, MAX_SECONDS * MAX_CHANNELS / n_channels)
        room = round((heard.longest - heard.seconds) * block_rate)
        part = block.samples[:room]
        heard.cut = len(part) < len(block.samples)
        require_finite(part)
        heard.clipped += count_clipped(part)
        stretch.add(part)
        heard.seconds += len(part) / block_rate
        if heard.cut:
            break
    done += stretch.mono(channel, heard.notes) if stretch else []
    heard.samples = np.concatenate(done) if done else heard.samples
    require_finite(heard.samples)
    return heard


class _Stretch:
    """Blocks of one rate and number of channels, on their way to 16 kHz."""

    def __init__(self, rate: int, channels: int) -> None:
        import soxr

        self.rate, self.channels = rate, channels
        self._kept: list[Samples] = []
        self._resampler = (
            None
            if rate == SAMPLE_RATE
            else soxr.ResampleStream(rate, SAMPLE_RATE, channels, dtype="float32", quality="HQ")
        )

    def add(self, block: Samples, last: bool = False) -> None:
        if self._resampler is not None:
            block = self._resampler.resample_chunk(np.ascontiguousarray(block), last=last)
        self._kept.append(block)

    def mono(self, channel: int | None, notes: list[str]) -> list[Samples]:
        if self._resampler is not None:
            self.add(np.zeros((0, self.channels), np.float32), last=True)
        columns = [
            np.concatenate([block[:, column] for block in self._kept])
            for column in range(self.channels)
        ]

        def keep(note: str) -> None:
            if note not in notes:
                notes.append(note)

        return [to_mono(columns, channel, keep)]


def _require_sound(heard: _Heard, recording: Recording) -> None:
    if heard.seconds < MIN_SECONDS:
        claimed = recording.seconds
        if claimed == 0:
            raise EmptyAudioError(
                f"The {recording.name} file holds no samples. Record again and speak a word."
            )
        if not heard.seconds or (claimed or 0) >= MIN_SECONDS:
            raise TruncatedAudioError(
                f"The {recording.name} file ends early: {heard.seconds:.2f} s of sound could be "
                "read. Upload or record it again."
            )
        raise TooShortError(
            f"The recording lasts {heard.seconds:.2f} s; a word needs at least "
            f"{MIN_SECONDS:g} s. Record a longer one."
        )
    if np.abs(heard.samples).max(initial=0.0) < _SILENCE:
        raise SilentAudioError(
            "The recording is silent: no sample is above -120 dBFS. Check that the microphone is "
            "not muted, and record again."
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


def _notes(
    heard: _Heard, claimed: float | None, turned_up: float, turned_down: float, level_db: float
) -> tuple[str, ...]:
    notes = list(heard.notes)
    rates = [f"{rate / 1000:g}" for rate in dict.fromkeys(heard.rates)]
    is_own_rate = heard.own_rate == heard.rates[0]
    if not is_own_rate:
        notes.append(f"sample rate corrected: the file says {heard.own_rate / 1000:g} kHz")
    if set(heard.rates) != {SAMPLE_RATE}:
        notes.append(f"{' and '.join(rates)} kHz resampled to {SAMPLE_RATE / 1000:g} kHz")
    if heard.cut:
        notes.append(f"cut to the first {heard.longest:g} s")
    elif claimed is not None and is_own_rate and claimed - heard.seconds > 0.1:
        notes.append(f"the file ends early: {heard.seconds:.1f} s of {claimed:.1f} s could be read")
    beyond = len(heard.samples) - SAMPLE_RATE
    if _ROUNDING_SAMPLES < beyond <= SLACK_SAMPLES:
        notes.append(f"{heard.seconds:.2f} s long: as a single word, its loudest second is taken")
    if turned_down >= 0.1:
        notes.append(f"peaks above full scale: turned down by {turned_down:.1f} dB")
    if heard.clipped >= _MANY_CLIPPED:
        notes.append(f"peaks are clipped: {heard.clipped} samples at full scale")
    if turned_up:
        notes.append(f"very quiet ({level_db:.0f} dBFS): turned up by {turned_up:.0f} dB")
    elif level_db < _QUIET_DB:
        notes.append(f"very quiet ({level_db:.0f} dBFS)")
    return tuple(notes)

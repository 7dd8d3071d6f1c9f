"""Draws in words and numbers: what was done to this clip."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kws_core.audio.remembered import Floats
from kws_core.augment import Draw
from kws_core.augment.channel import BandLimitDraw, ResamplingDraw
from kws_core.augment.codec import CodecDraw
from kws_core.augment.level import ClippingDraw, GainDraw
from kws_core.augment.noise import BackgroundDraw, NoiseDraw
from kws_core.augment.room import ReverberationDraw
from kws_core.augment.specaugment import Fill, SpecAugmentDraw
from kws_core.augment.timing import PitchDraw, ShiftDraw, SpeedDraw, TempoDraw
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.features.mel import mel_edges

SPARED: Final = "not applied in this draw"


def signed(value: float, digits: int = 1) -> str:
    """Return a number with its sign, the minus as long as the plus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def readable_number(value: float, digits: int = 1) -> str:
    """Return a number with a true minus, without needless zeros."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−") if float(text) else "0"


def drawn_text(draw: Draw | None) -> str:
    """Return the drawn values of one step, for people."""
    match draw:
        case NoiseDraw():
            return f"{draw.colour} noise, {signed(draw.snr_db)} dB SNR"
        case BackgroundDraw():
            name = recording_title(draw.recording)
            return f"{name} from {draw.position:.0%} on, {signed(draw.snr_db)} dB SNR"
        case ShiftDraw():
            direction = "later" if draw.seconds >= 0 else "earlier"
            return f"{abs(draw.seconds) * 1000:.0f} ms {direction}"
        case GainDraw():
            return f"{signed(draw.gain_db)} dB"
        case SpeedDraw():
            return f"{draw.factor:.2f} times as fast"
        case TempoDraw():
            return f"{draw.factor:.2f} times as fast, same pitch"
        case PitchDraw():
            return f"{signed(draw.semitones)} semitones"
        case ReverberationDraw():
            return f"RT60 {draw.rt60:.2f} s, tail {signed(draw.wet_db)} dB to the direct sound"
        case BandLimitDraw():
            return f"{draw.f_low:.0f} to {draw.f_high:.0f} Hz"
        case ResamplingDraw():
            return f"to {draw.rate} Hz and back: nothing above {draw.rate / 2:g} Hz"
        case CodecDraw():
            return f"{ {'mp3': 'MP3', 'opus': 'Opus'}[draw.codec] } at {draw.kbps:.0f} kbit/s"
        case ClippingDraw():
            return f"{draw.below_peak_db:.1f} dB below the peak"
    return SPARED


def recording_title(name: str) -> str:
    """Return the name of a recording as people write it."""
    return name.replace("_", " ")


@dataclass(frozen=True)
class DrawnNumber:
    """One part of a SpecAugment draw: its name in the picture, its numbers, and where it is."""

    what: str
    numbers: str
    place: str


def drawn_numbers(draw: SpecAugmentDraw, config: LogMelConfig) -> tuple[DrawnNumber, ...]:
    """Return all that was drawn, in the paper's letters, in seconds and in Hz."""
    rows = []
    hop = config.hop_length / config.sample_rate
    if draw.warp_from is not None:
        w0, w = draw.warp_from, draw.warp_by
        times = config.frame_times
        at, to = float(times[w0]), float(times[w0 + w])
        rows.append(
            DrawnNumber(
                "warp", f"w0 = {w0}, w = {signed(w, 0) if w else 0}", f"{at:.2f} to {to:.2f} s"
            )
        )
    edges = mel_edges(config.n_mels, config.f_min, config.f_max, config.mel_scale).tolist()
    for i, (f0, f) in enumerate(draw.freq_masks, 1):
        place = f"{edges[f0]:.0f} to {edges[f0 + f + 1]:.0f} Hz" if f else "nothing"
        rows.append(DrawnNumber(f"f{i}", f"f0 = {f0}, f = {f}", place))
    for i, (t0, t) in enumerate(draw.time_masks, 1):
        start = float(config.frame_times[min(t0, draw.n_frames - 1)]) - hop / 2
        place = f"{start:.2f} to {start + t * hop:.2f} s" if t else "nothing"
        rows.append(DrawnNumber(f"t{i}", f"t0 = {t0}, t = {t}", place))
    return tuple(rows)


def fill_text(fill: Fill, picture: Floats) -> str:
    """Say what a fill does to a picture (bands, frames) in ln(power), with its own numbers."""
    levels = picture * LN_TO_DB
    mean, low, high = (float(value) for value in (levels.mean(), levels.min(), levels.max()))
    below = float((levels < 0).mean())
    match fill:
        case "mean":
            return (
                f"**Mean**: {_db(mean)}, the average of this picture. The masks say nothing, "
                "neither that there was sound nor that there was none."
            )
        case "zero":
            bright = (
                f"brighter than {below:.0%} of this picture, so each mask is a bright bar, as if "
                "there were loud sound"
                if below >= 0.5
                else f"and only {below:.0%} of this picture is below it"
            )
            return (
                f"**Zero**: 0 on a logarithmic scale is no silence. Here it is 0 dB, {bright}. In "
                f"the paper zero is the mean, because pictures are normalised first; this one has "
                f"a mean of {_db(mean)}, and goes from {_db(low)} to {_db(high)}."
            )
        case "minimum":
            return (
                f"**Minimum**: {_db(low)}, the quietest point of this picture. The masks look like "
                "silence, as if the word had gaps."
            )
        case "noise":
            return (
                f"**Noise**: Gaussian, with this picture's mean ({_db(mean)}) and standard "
                f"deviation ({float(levels.std()):.0f} dB). No flat patch to recognise a mask by."
            )


def _db(level: float) -> str:
    return f"{readable_number(level, 0)} dB"

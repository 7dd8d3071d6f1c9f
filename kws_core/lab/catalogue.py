"""The steps a chain can have: what each is called, what it is for, and how far its sliders go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from kws_core.augment import STEP_KINDS, Background, Step

FIRST_BACKGROUNDS: Final = ("voices", "rain", "engine")


@dataclass(frozen=True)
class StepSetting:
    """A range that a step draws from: its name in the step, and the slider for it.

    low, high, step: of the slider, in `unit`; what `kws_core.augment` allows is wider. sweep:
    values to try one after the other, none if that shows little.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    step: float
    sweep: tuple[float, ...] = ()


@dataclass(frozen=True)
class StepEntry:
    """A kind of step: its name for people, an icon, and what it imitates."""

    kind: str
    title: str
    icon: str
    purpose: str
    settings: tuple[StepSetting, ...]


def _even(low: float, high: float, n: int) -> tuple[float, ...]:
    return tuple(round(float(value), 4) for value in np.linspace(low, high, n))


_SNR: Final = StepSetting("snr_db", "SNR", "dB", -20, 40, 1, _even(-20, 30, 21))

_ALL: Final = (
    StepEntry(
        "noise",
        "Noise",
        ":material/grain:",
        "Synthesised noise. White has the same power at every frequency; pink falls by 3 dB per "
        "octave, brown by 6 dB, as rain and distant traffic do.",
        (_SNR,),
    ),
    StepEntry(
        "background",
        "Background",
        ":material/groups:",
        "A piece of a longer sound, mixed in at a random place.",
        (_SNR,),
    ),
    StepEntry(
        "shift",
        "Shift",
        ":material/arrow_range:",
        "Earlier or later, as words are in a window that slides. What leaves the second is lost.",
        (StepSetting("seconds", "Later by", "s", -0.5, 0.5, 0.01, _even(-0.5, 0.5, 21)),),
    ),
    StepEntry(
        "gain",
        "Gain",
        ":material/volume_up:",
        "Louder or quieter: another distance, another microphone.",
        (StepSetting("gain_db", "Gain", "dB", -60, 30, 1, _even(-60, 30, 19)),),
    ),
    StepEntry(
        "speed",
        "Speed",
        ":material/fast_forward:",
        "Played faster, and so higher, or slower and lower, like a tape.",
        (StepSetting("factor", "Speed", "×", 0.5, 2.0, 0.05, _even(0.5, 2.0, 16)),),
    ),
    StepEntry(
        "tempo",
        "Tempo",
        ":material/speed:",
        "Spoken faster or slower at the same pitch (phase vocoder).",
        (StepSetting("factor", "Tempo", "×", 0.5, 2.0, 0.05, _even(0.5, 2.0, 16)),),
    ),
    StepEntry(
        "pitch",
        "Pitch",
        ":material/music_note:",
        "A higher or lower voice at the same tempo.",
        (StepSetting("semitones", "Higher by", "semitones", -12, 12, 0.5, _even(-12, 12, 17)),),
    ),
    StepEntry(
        "reverberation",
        "Reverberation",
        ":material/meeting_room:",
        "A room: a decaying tail behind every sound.",
        (
            StepSetting("rt60", "RT60", "s", 0.05, 3.0, 0.05, _even(0.1, 3.0, 16)),
            StepSetting("wet_db", "Tail to direct sound", "dB", -30, 15, 1, _even(-30, 15, 16)),
        ),
    ),
    StepEntry(
        "band-limit",
        "Band limit",
        ":material/call:",
        "Only a band of frequencies gets through, as over a telephone.",
        (
            StepSetting("f_low", "Lower edge", "Hz", 0, 2000, 50),
            StepSetting("f_high", "Upper edge", "Hz", 500, 8000, 100, _even(500, 8000, 16)),
        ),
    ),
    StepEntry(
        "resampling",
        "Resampling",
        ":material/stairs:",
        "To a lower sample rate and back: nothing above half of it is left.",
        (StepSetting("rate", "Sample rate", "Hz", 1000, 16_000, 500, _even(1000, 16_000, 16)),),
    ),
    StepEntry(
        "codec",
        "MP3 or Opus",
        ":material/folder_zip:",
        "Coded and decoded, as in a voice message.",
        (StepSetting("kbps", "Bit rate", "kbit/s", 6, 64, 1, (6, 8, 12, 16, 24, 32, 48, 64)),),
    ),
    StepEntry(
        "clipping",
        "Clipping",
        ":material/content_cut:",
        "What is too loud is cut off, as in an overloaded microphone.",
        (StepSetting("below_peak_db", "Below the peak", "dB", 0, 40, 1, _even(0, 40, 17)),),
    ),
)
CATALOGUE: Final[dict[str, StepEntry]] = {entry.kind: entry for entry in _ALL}


def first_step(kind: str, name: str = "") -> Step:
    """Return a step of a kind as it is when somebody adds it: with recordings that are there."""
    if kind == Background.kind:
        return Background(FIRST_BACKGROUNDS, (0.0, 10.0), name=name)
    return STEP_KINDS[kind](name=name)

"""Settings to start from, each for a purpose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.controls import SHARED
from kws_core.explore.settings import ViewSettings
from kws_core.features.front_ends import SeedImageConfig

_SEED = SeedImageConfig()
_LIBROSA: Final = ViewSettings(
    n_fft=2048,
    win_length=2048,
    hop_length=512,
    centered=True,
    n_mels=128,
    f_max=SAMPLE_RATE / 2,
    mel_scale="slaney",
    mel_norm="slaney",
    floor_db=-100.0,
    n_mfcc=20,
)


@dataclass(frozen=True)
class Preset:
    """Settings with a name for links, a label, and what they are good for."""

    name: str
    label: str
    purpose: str
    settings: ViewSettings

    def apply(self, settings: ViewSettings) -> ViewSettings:
        """Return settings with all values of the preset; those of single views stay."""
        return replace(settings, **{name: getattr(self.settings, name) for name in SHARED})

    def differing(self, settings: ViewSettings) -> tuple[str, ...]:
        """Return the names of the settings that differ from the preset's."""
        ours = self.settings
        return tuple(name for name in SHARED if getattr(ours, name) != getattr(settings, name))


PRESETS: Final = (
    Preset(
        "model",
        "What the model sees",
        "The default model's front end: 30 ms windows every 10 ms, 40 mel bands up to 4 kHz.",
        ViewSettings(),
    ),
    Preset(
        "librosa",
        "librosa default",
        "librosa's defaults at 16 kHz: long windows, fine in frequency and coarse in time; "
        "Slaney's mel bands with equal areas.",
        _LIBROSA,
    ),
    Preset(
        "notebook",
        "Notebook",
        "The settings of the notebook that this project started from: librosa's mel bands in "
        "magma, 13 coefficients.",
        replace(
            _LIBROSA,
            n_fft=_SEED.n_fft,
            win_length=_SEED.n_fft,
            hop_length=_SEED.hop_length,
            n_mels=_SEED.n_mels,
            f_max=_SEED.f_max,
            n_mfcc=13,
            mfcc_rows="all",
            db_range=_SEED.top_db,
            color_map="magma",
        ),
    ),
    Preset(
        "speech",
        "Speech",
        "Common in speech recognition: 25 ms Hamming windows every 10 ms after a pre-emphasis of "
        "0.97, 40 mel bands from 20 to 7600 Hz.",
        ViewSettings(
            win_length=400,
            window="hamming",
            pre_emphasis=0.97,
            f_min=20.0,
            f_max=7600.0,
            floor_db=-100.0,
        ),
    ),
    Preset(
        "music",
        "Music",
        "256 ms windows, which separate semitones from 130 Hz up, on a logarithmic frequency axis "
        "where every octave has the same height.",
        replace(
            _LIBROSA,
            n_fft=4096,
            win_length=4096,
            f_min=30.0,
            color_map="magma",
            frequency_axis="log",
        ),
    ),
)


def preset(name: str) -> Preset | None:
    """Return the preset of that name, if there is one."""
    return next((known for known in PRESETS if known.name == name), None)


def nearest(settings: ViewSettings) -> tuple[Preset, tuple[str, ...]]:
    """Return the preset that differs in the fewest settings, and the names of those."""
    best = min(PRESETS, key=lambda known: len(known.differing(settings)))
    return best, best.differing(settings)

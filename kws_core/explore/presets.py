"""Settings to start from, each for a purpose."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.settings import ViewSettings
from kws_core.features.front_ends import SeedImageConfig

_SEED = SeedImageConfig()


@dataclass(frozen=True)
class Preset:
    """Settings with a name for links, a label, and what they are good for."""

    name: str
    label: str
    purpose: str
    settings: ViewSettings


PRESETS: Final = (
    Preset(
        "model",
        "What the model sees",
        "The front end of the default model: 30 ms windows every 10 ms, 40 mel bands up to 4 kHz.",
        ViewSettings(),
    ),
    Preset(
        "librosa",
        "librosa default",
        "What librosa does when asked for nothing else, at 16 kHz: long windows, fine in "
        "frequency and coarse in time, Slaney's mel bands with equal areas.",
        ViewSettings(
            n_fft=2048,
            win_length=2048,
            hop_length=512,
            centred=True,
            n_mels=128,
            f_max=SAMPLE_RATE / 2,
            mel_scale="slaney",
            mel_norm="slaney",
            floor_db=-100.0,
            n_mfcc=20,
        ),
    ),
    Preset(
        "notebook",
        "Notebook",
        "What the notebook that this project grew from drew and learned from: librosa's mel in "
        "magma, of 13 coefficients.",
        ViewSettings(
            n_fft=_SEED.n_fft,
            win_length=_SEED.n_fft,
            hop_length=_SEED.hop_length,
            centred=True,
            n_mels=_SEED.n_mels,
            f_max=_SEED.f_max,
            mel_scale="slaney",
            mel_norm="slaney",
            floor_db=-100.0,
            n_mfcc=13,
            mfcc_rows="plain",
            db_range=_SEED.top_db,
            colour_map="magma",
        ),
    ),
    Preset(
        "speech",
        "Speech",
        "As speech recognisers have long done it: 25 ms Hamming windows every 10 ms after a "
        "pre-emphasis of 0.97, 40 bands from 20 to 7600 Hz.",
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
        "256 ms windows that tell semitones apart from 130 Hz on, on a logarithmic axis, where "
        "every octave is as high as the next.",
        ViewSettings(
            n_fft=4096,
            win_length=4096,
            hop_length=512,
            centred=True,
            n_mels=128,
            f_min=30.0,
            f_max=SAMPLE_RATE / 2,
            mel_scale="slaney",
            mel_norm="slaney",
            floor_db=-100.0,
            n_mfcc=20,
            colour_map="magma",
            frequency_axis="log",
        ),
    ),
)


def preset(name: str) -> Preset | None:
    """Return the preset of that name, if there is one."""
    return next((known for known in PRESETS if known.name == name), None)


def nearest(settings: ViewSettings) -> tuple[Preset, tuple[str, ...]]:
    """Return the preset that differs in the fewest settings, and the names of those."""

    def difference(known: Preset) -> tuple[str, ...]:
        theirs, ours = asdict(known.settings), asdict(settings)
        return tuple(name for name in ours if ours[name] != theirs[name])

    best = min(PRESETS, key=lambda known: len(difference(known)))
    return best, difference(best)

"""How a clip is looked at: every setting of the views, its limits, and what goes together."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, NamedTuple

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.errors import SettingsError
from kws_core.explore.controls import CHOICES, NUMBERS
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig, MfccConfig
from kws_core.features.mel import MelScale, mel_edges

Span = tuple[float, float]  # start and end in seconds
Window = Literal["hann", "hamming", "blackman", "rectangular"]
MelNorm = Literal["none", "slaney"]
ColorMap = Literal["viridis", "magma", "cividis", "gray"]
FrequencyAxis = Literal["linear", "log"]
MfccRows = Literal["no C0", "z-score", "all"]
Viewpoint = Literal["front left", "front right", "behind", "above"]

_MODEL: Final = LogMelConfig()


@dataclass(frozen=True)
class Stft:
    """The settings that frames and Fourier transforms depend on; lengths in samples.

    centered: frame k has its middle at sample k * hop_length (zeros outside the clip); otherwise
    it starts there. pre_emphasis: a in y[n] = x[n] - a x[n - 1], 0 for none.
    """

    n_fft: int
    win_length: int
    hop_length: int
    window: Window
    centered: bool
    pre_emphasis: float


@dataclass(frozen=True)
class MelBands:
    """The settings that mel bands and their levels depend on.

    power: exponent of the magnitudes, 1 or 2. floor_db: lower levels are raised to it.
    """

    n_mels: int
    f_min: float
    f_max: float
    mel_scale: MelScale
    mel_norm: MelNorm
    power: int
    floor_db: float


@dataclass(frozen=True)
class ViewSettings:
    """All settings of all views, at 16 kHz; the defaults are what the default model sees.

    Lengths in samples, frequencies in Hz, levels in dB. selection: of the FFT, in seconds; None
    for a tenth of a second where the clip is loudest. Raises SettingsError for values out of
    their limits or that do not go together.
    """

    n_fft: int = _MODEL.n_fft
    win_length: int = _MODEL.win_length
    hop_length: int = _MODEL.hop_length
    window: Window = "hann"
    centered: bool = False
    pre_emphasis: float = 0.0
    n_mels: int = _MODEL.n_mels
    f_min: float = _MODEL.f_min
    f_max: float = _MODEL.f_max
    mel_scale: MelScale = _MODEL.mel_scale
    mel_norm: MelNorm = _MODEL.mel_norm or "none"
    power: int = 2
    floor_db: float = round(_MODEL.log_floor * LN_TO_DB, 4)
    n_mfcc: int = MfccConfig().n_mfcc
    mfcc_rows: MfccRows = "no C0"
    db_range: float = 80.0
    color_map: ColorMap = "viridis"
    frequency_axis: FrequencyAxis = "linear"
    show_pitch: bool = False
    silence_db: float = 30.0
    fft_rate: int = SAMPLE_RATE
    selection: Span | None = None
    viewpoint: Viewpoint = "front left"

    def __post_init__(self) -> None:
        for name, before, _, reason in settle(asdict(self)):
            raise SettingsError(f"{name} can't be {before:g}: {reason}")

    @property
    def stft(self) -> Stft:
        """What the spectrogram depends on."""
        return Stft(**{field.name: getattr(self, field.name) for field in fields(Stft)})

    @property
    def mel(self) -> MelBands:
        """What the mel bands depend on, besides the spectrogram."""
        return MelBands(**{field.name: getattr(self, field.name) for field in fields(MelBands)})


class Change(NamedTuple):
    """A setting whose value gave way, and why."""

    name: str
    before: float
    after: float
    reason: str


def settle(values: dict[str, Any], changed: str = "") -> list[Change]:
    """Make values of all settings go together, in place; returns what gave way.

    changed: the setting that somebody just chose: where there is a choice, the others follow.
    Raises SettingsError for a value that its setting can't have and no limit is nearest to.
    """
    changes: list[Change] = []

    def give_way(name: str, value: float, reason: str) -> None:
        changes.append(Change(name, values[name], value, reason))
        values[name] = value

    for name, number in NUMBERS.items():
        value = values[name]
        if not number.low <= value <= number.high:
            nearest = number.low if value < number.low else number.high
            if value != value:
                raise SettingsError(f"{name} can't be {value}: it goes {number.limits}.")
            give_way(name, type(value)(nearest), f"it goes {number.limits}.")
    for name, choice in CHOICES.items():
        # 1 == True in Python, but not for a person.
        value = values[name]
        if not any(value == option and type(value) is type(option) for option in choice.options):
            options = ", ".join(map(str, choice.options))
            raise SettingsError(f"{name} can't be {value}: it is one of {options}.")
    if (span := values["selection"]) is not None and not 0 <= span[0] < span[1]:
        raise SettingsError(f"selection can't be {span}: its end comes after its start.")
    n_fft, win_length = values["n_fft"], values["win_length"]
    if win_length > n_fft and changed == "win_length":
        longer = next(n for n in CHOICES["n_fft"].options if n >= win_length)
        give_way("n_fft", longer, f"a window of {win_length} samples does not fit into {n_fft}.")
    elif win_length > n_fft:
        give_way("win_length", n_fft, f"a window can't be longer than n_fft, {n_fft} samples.")
    if values["hop_length"] > values["win_length"]:
        reason = "with a longer hop, samples between two windows would be in no frame."
        give_way("hop_length", values["win_length"], reason)
    _settle_bands(values, changed, give_way)
    if values["n_mfcc"] > values["n_mels"]:
        reason = f"{values['n_mels']} mel bands have no more cosine coefficients."
        give_way("n_mfcc", values["n_mels"], reason)
    return changes


def _settle_bands(
    values: dict[str, Any], changed: str, give_way: Callable[[str, float, str], None]
) -> None:
    spacing = SAMPLE_RATE / values["n_fft"]
    least = 2 * spacing
    reason = f"mel bands need at least two FFT bins, {least:g} Hz."
    if values["f_max"] - values["f_min"] < least:
        if changed == "f_min":
            give_way("f_max", min(values["f_min"] + least, SAMPLE_RATE / 2), reason)
        if values["f_max"] - values["f_min"] < least:
            give_way("f_min", max(values["f_max"] - least, 0.0), reason)
        if values["f_max"] - values["f_min"] < least:
            give_way("f_max", values["f_min"] + least, reason)
    most = most_mels(values["n_fft"], values["f_min"], values["f_max"], values["mel_scale"])
    if values["n_mels"] > most:
        give_way(
            "n_mels",
            most,
            "with more bands, the narrowest would contain no FFT bin "
            f"(n_fft {values['n_fft']}: one every {spacing:g} Hz).",
        )


@functools.lru_cache(maxsize=256)
def most_mels(n_fft: int, f_min: float, f_max: float, scale: MelScale) -> int:
    """Return how many mel bands there can be so that each surely holds a bin of the FFT.

    Each is then wider than the bins are apart. 0 where not even a single one is.
    """
    spacing = SAMPLE_RATE / n_fft
    fits, too_many = 0, int(NUMBERS["n_mels"].high) + 1
    while too_many - fits > 1:
        n_mels = (fits + too_many) // 2
        edges = mel_edges(n_mels, f_min, f_max, scale)
        if float((edges[2:] - edges[:-2]).min()) > spacing:
            fits = n_mels
        else:
            too_many = n_mels
    return fits

"""Settings that go together, from values that may not: what gives way, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Final

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.settings import (
    CHOICES,
    ViewSettings,
    check_value,
    least_band_range,
    most_mels,
    too_many_bands,
)

MAX_VALUES: Final = 4_000_000  # of a spectrogram: what a core computes within a second

_GiveWay = Callable[[str, float, str], None]


def fit(values: dict[str, Any], changed: str = "") -> tuple[ViewSettings, tuple[str, ...]]:
    """Make settings of values that may not go together, and say what had to give way.

    changed: the setting that somebody just chose: where there is a choice, the others follow.
    Raises SettingsError for a value that its setting can't have at all.
    """
    for name, value in values.items():
        check_value(name, value)
    fitted = {**asdict(ViewSettings()), **values}
    notes: list[str] = []

    def give_way(name: str, value: float, reason: str) -> None:
        notes.append(f"{name} is now {value:g}: {reason}")
        fitted[name] = value

    n_fft, win_length = fitted["n_fft"], fitted["win_length"]
    if win_length > n_fft and changed == "win_length":
        longer = next(n for n in CHOICES["n_fft"] if n >= win_length)
        give_way("n_fft", longer, f"a window of {win_length} samples does not fit into {n_fft}.")
    elif win_length > n_fft:
        give_way("win_length", n_fft, f"a window can't be longer than n_fft, {n_fft} samples.")
    if fitted["hop_length"] > fitted["win_length"]:
        reason = "with a longer hop, samples between the windows would be in no frame."
        give_way("hop_length", fitted["win_length"], reason)
    _fit_bands(fitted, changed, give_way)
    if fitted["n_mfcc"] > fitted["n_mels"]:
        reason = f"{fitted['n_mels']} mel bands have no more cosine coefficients."
        give_way("n_mfcc", fitted["n_mels"], reason)
    return ViewSettings(**fitted), tuple(notes)


def _fit_bands(fitted: dict[str, Any], changed: str, give_way: _GiveWay) -> None:
    least = least_band_range(fitted["n_fft"])
    reason = f"the bands need at least two bins of the FFT, {least:g} Hz."
    if fitted["f_max"] - fitted["f_min"] < least:
        if changed == "f_min":
            give_way("f_max", min(fitted["f_min"] + least, SAMPLE_RATE / 2), reason)
        if fitted["f_max"] - fitted["f_min"] < least:
            give_way("f_min", max(fitted["f_max"] - least, 0.0), reason)
        if fitted["f_max"] - fitted["f_min"] < least:
            give_way("f_max", fitted["f_min"] + least, reason)
    most = most_mels(fitted["n_fft"], fitted["f_min"], fitted["f_max"], fitted["mel_scale"])
    if fitted["n_mels"] > most:
        give_way("n_mels", most, too_many_bands(fitted["n_fft"]))


def for_length(settings: ViewSettings, n_samples: int) -> tuple[ViewSettings, tuple[str, ...]]:
    """Return the settings for a clip of n_samples, and what had to give way for a long one.

    A spectrogram gets at most `MAX_VALUES` values, so that a clip of 60 s is drawn at once.
    """
    reason = (
        f"{n_samples / SAMPLE_RATE:.0f} s in finer steps would be more than "
        f"{MAX_VALUES / 1e6:g} million values."
    )
    values, notes = asdict(settings), []
    if _least_hop(values["n_fft"], n_samples) > settings.win_length:
        # Zeros after the window: without most of them, the spectrogram is the same, less smooth.
        values["n_fft"] = next(n for n in CHOICES["n_fft"] if n >= settings.win_length)
        notes.append(f"n_fft is {values['n_fft']} for this clip: {reason}")
    least = _least_hop(values["n_fft"], n_samples)
    if settings.hop_length < least:
        values["hop_length"] = least
        notes.append(f"hop_length is {least} for this clip: {reason}")
    if not notes:
        return settings, ()
    fitted, more = fit(values)
    return fitted, (*notes, *more)


def _least_hop(n_fft: int, n_samples: int) -> int:
    return -(-n_samples * (n_fft // 2 + 1) // MAX_VALUES)

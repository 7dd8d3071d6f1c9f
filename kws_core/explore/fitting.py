"""Settings that go together, from values that may not, with a message for each that gave way."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.explore.controls import CHOICES
from kws_core.explore.settings import ViewSettings, settle

MAX_VALUES: Final = 4_000_000  # of a spectrogram: what a core computes within a second


def fit(values: dict[str, Any], changed: str = "") -> tuple[ViewSettings, tuple[str, ...]]:
    """Make settings of values that may not go together, and say what gave way; see `settle`."""
    fitted = {**asdict(ViewSettings()), **values}
    notes = tuple(
        f"{name} was {'lowered' if after < before else 'raised'} to {after:g}: {reason}"
        for name, before, after, reason in settle(fitted, changed)
    )
    return ViewSettings(**fitted), notes


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
        longer = (n for n in CHOICES["n_fft"].options if n >= settings.win_length)
        values["n_fft"] = next(longer)
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

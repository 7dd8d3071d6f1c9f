"""A model's card: what its weights mean and where they come from, and the checks of its fields.

What recognition relies on is checked when a card is read: a card that somebody edited or mixed up
must not give wrong words in silence.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.errors import ModelError

CARD_FORMAT = 1
# Fitting gives 0.05 to 20 (`kws_core.training.validation`).
TEMPERATURES = (0.01, 100.0)
MAX_LABELS = 10_000
_NAME = re.compile(r"[^\W_][\w.+-]{0,99}")
_TEXTS = ("name", "architecture", "sha256", "data", "date", "licence")
# Least and most of a front end's whole numbers: enough for any, and far from filling the memory.
_WHOLE = {
    "sample_rate": (SAMPLE_RATE, SAMPLE_RATE),
    "n_samples": (SAMPLE_RATE, SAMPLE_RATE),
    "wave_rate": (1_000, 48_000),
    "win_length": (16, 2**14),
    "hop_length": (16, SAMPLE_RATE),
    "n_fft": (16, 2**14),
    "n_mels": (1, 512),
    "n_mfcc": (1, 512),
    "image_size": (1, 512),
}
_MOST = 1e6  # of any other number
_CHOICES = {"mel_scale": ("htk", "slaney"), "mel_norm": (None, "slaney")}


@dataclass(frozen=True)
class ModelCard:
    """What a weight file is: everything needed to use it, and how it was made."""

    name: str
    architecture: str
    labels: tuple[str, ...]
    front_end: dict[str, Any]
    parameters: int
    temperature: float = 1.0  # the logits are divided by it before the softmax
    sha256: str = ""
    data: str = ""
    date: str = ""
    licence: str = ""
    metrics: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    format: int = CARD_FORMAT


def parse_card(values: Any) -> ModelCard:
    """Make a card of what its JSON says; raises ValueError that names the field at fault."""
    if not isinstance(values, dict):
        raise ValueError("it is not a JSON object")
    known = {entry.name for entry in fields(ModelCard)}
    if unknown := sorted(values.keys() - known):
        raise ValueError(f"unknown field {', '.join(map(repr, unknown))}")
    needed = ("name", "architecture", "labels", "front_end", "parameters")
    if missing := [name for name in needed if name not in values]:
        raise ValueError(f"{', '.join(missing)} is missing")
    if values.get("format", CARD_FORMAT) != CARD_FORMAT:
        raise ValueError(f"format {values['format']!r}; this version reads {CARD_FORMAT}")
    for name in _TEXTS:
        if not isinstance(values.get(name, ""), str):
            raise ValueError(f"{name} is not a text")
    for name in ("metrics", "training"):
        if not isinstance(values.get(name, {}), dict):
            raise ValueError(f"{name} is not an object")
    if not _NAME.fullmatch(values["name"]):
        raise ValueError(_bad_name(values["name"]))
    if not _is_whole(values["parameters"]) or values["parameters"] < 0:
        raise ValueError("parameters is not a whole number")
    temperature, (least, most) = values.get("temperature", 1.0), TEMPERATURES
    if not _is_number(temperature) or not least <= temperature <= most:
        raise ValueError(f"temperature is {temperature!r}, not a number from {least:g} to {most:g}")
    _check_labels(values["labels"])
    _check_front_end(values["front_end"])
    return ModelCard(**values | {"labels": tuple(values["labels"])})


def require_name(name: str) -> None:
    """Raise `ModelError` for a name that can't be that of a model's files in their folder."""
    if not _NAME.fullmatch(name):
        raise ModelError(f"The model can't be saved: {_bad_name(name)}.")


def meaning(labels: Sequence[str], front_end: dict[str, Any]) -> str:
    """Return the SHA-256 of labels (in their order) and front end, kept with the weights."""
    text = json.dumps([list(labels), front_end], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _bad_name(name: str) -> str:
    return (
        f"the name {name[:60]!r} can't be used. A name is up to 100 letters, digits, '_', '.', "
        "'+' and '-', and begins with a letter or digit"
    )


def _check_labels(labels: Any) -> None:
    if not isinstance(labels, list | tuple) or not 2 <= len(labels) <= MAX_LABELS:
        raise ValueError(f"labels is not a list of 2 to {MAX_LABELS:,} names")
    if not all(isinstance(label, str) and label.strip() for label in labels):
        raise ValueError("labels holds something other than names")
    if twice := sorted({label for label in labels if labels.count(label) > 1}):
        raise ValueError(f"labels has {', '.join(twice)} more than once")


def _check_front_end(front_end: Any) -> None:
    if not isinstance(front_end, dict):
        raise ValueError("front_end is not an object")
    for name, value in front_end.items():
        if isinstance(value, dict):
            _check_front_end(value)
        elif name in _CHOICES:
            if value not in _CHOICES[name]:
                raise ValueError(f"{name} of the front end is {value!r}")
        elif name in _WHOLE:
            least, most = _WHOLE[name]
            if not _is_whole(value) or not least <= value <= most:
                limits = f"from {least} to {most}" if least < most else f"{least}"
                raise ValueError(f"{name} of the front end is {value!r}, not {limits}")
        elif _is_number(value):
            if not abs(value) <= _MOST:
                raise ValueError(f"{name} of the front end is {value!r}")
        elif value is not None and not isinstance(value, str):
            raise ValueError(f"{name} of the front end is neither a number nor a text")
    if front_end.get("win_length", 0) > front_end.get("n_fft", math.inf):
        raise ValueError("win_length of the front end is larger than its n_fft")


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

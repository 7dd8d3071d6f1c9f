"""Which word a file of a test set should be: told by its folder, or else by its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from kws_core.labels import SILENCE, UNKNOWN

_MEANT: Final = {"silence": SILENCE, "unknown": UNKNOWN, "_background_noise_": SILENCE}
_LETTERS: Final = re.compile(r"[a-z]+")


def word_of(path: str, labels: Sequence[str]) -> str | None:
    """Return the label that a path stands for, None if it names none.

    The folder nearest to the file that is called like a label decides (``yes/0a7c_nohash_0.wav``);
    without one, the first part of the file's own name that is (``yes_1.wav``, ``anna-yes.flac``).
    """
    *folders, name = path.replace("\\", "/").split("/")
    for folder in reversed(folders):
        label = _label(folder.strip().lower(), labels)
        if label is not None:
            return label
    stem = name.rpartition(".")[0] or name
    whole = _label(stem.strip().lower(), labels)
    if whole is not None:
        return whole
    parts = (_label(part, labels) for part in _LETTERS.findall(stem.lower()))
    return next((label for label in parts if label is not None), None)


def _label(text: str, labels: Sequence[str]) -> str | None:
    label = _MEANT.get(text, text)
    return label if label in labels else None

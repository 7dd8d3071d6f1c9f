"""Takes that come with the project, to try teaching without a microphone: synthetic voices."""

from __future__ import annotations

from pathlib import Path

from kws_core.shipped import ASSETS

READY_FOLDER = ASSETS / "teaching" / "takes"


def ready_takes(folder: Path = READY_FOLDER) -> dict[str, list[Path]]:
    """Return the files of each word's takes, named ``WORD_NUMBER.ogg``."""
    words: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*_*.ogg")):
        words.setdefault(path.stem.rpartition("_")[0], []).append(path)
    return words

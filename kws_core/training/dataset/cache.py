"""Decoded data, kept as arrays in a folder, so that they are decoded only once."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kws_core.errors import DataError

_LARGE = ("log_mel", "sound", "inputs")


def default_cache() -> Path:
    """Return the folder for decoded data: the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "kws_core"


def cached(
    cache: Path, key: str, make: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Return arrays from ``cache/key``, made and written first if they are not there.

    The large arrays, of pictures or sound, are mapped into memory. Raises `DataError` if they
    can't be kept.
    """
    folder = cache / key
    if not (folder / "complete").exists():
        arrays = make()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, array in arrays.items():
                np.save(folder / f"{name}.npy", array)
            (folder / "complete").touch()
        except OSError as error:
            raise DataError(
                f"The decoded data can't be kept in {folder} ({error}): free some space there, or "
                "choose another folder with --cache (of prepared clips: --out)."
            ) from error
    return {
        path.stem: np.load(path, mmap_mode="r" if path.stem in _LARGE else None)
        for path in sorted(folder.glob("*.npy"))
    }

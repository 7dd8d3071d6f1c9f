"""Decoded data, kept as arrays in a folder, so that they are decoded only once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm import tqdm

from kws_core.errors import DataError

_LARGE = ("log_mel", "sound", "inputs")
_COMPLETE = "complete"  # this file is written last; it says which arrays there are


def default_cache() -> Path:
    """Return the folder for decoded data: the user's cache folder."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "kws_core"


def cached(
    cache: Path, key: str, make: Callable[[], dict[str, np.ndarray]]
) -> dict[str, np.ndarray]:
    """Return arrays from ``cache/key``, made and written first if they are not there or damaged.

    The large arrays, of pictures or sound, are mapped into memory. Raises `DataError` if they
    can't be kept.
    """
    folder = cache / key
    if (folder / _COMPLETE).exists():
        try:
            return _read(folder)
        except (OSError, ValueError, EOFError) as error:
            tqdm.write(f"{folder} is damaged ({error}): made anew.", file=sys.stderr)
    arrays = make()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _COMPLETE).unlink(missing_ok=True)
        for path in folder.glob("*.npy"):
            path.unlink()  # not overwritten: another process may have it mapped
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array)
        (folder / _COMPLETE).write_text(json.dumps(_shapes(arrays)), encoding="utf-8")
    except OSError as error:
        raise DataError(
            f"The decoded data can't be kept in {folder} ({error}): free some space there, or "
            "choose another folder with --cache (of prepared clips: --out)."
        ) from error
    return _read(folder)


def _read(folder: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a folder; raises ValueError if they are not those that were written."""
    arrays = {
        path.stem: np.load(path, mmap_mode="r" if path.stem in _LARGE else None)
        for path in sorted(folder.glob("*.npy"))
    }
    written = (folder / _COMPLETE).read_text(encoding="utf-8")
    if written and json.loads(written) != _shapes(arrays):  # an older one says nothing
        raise ValueError("an array is missing or of another size")
    return arrays


def _shapes(arrays: dict[str, np.ndarray]) -> dict[str, list[object]]:
    return {name: [str(arrays[name].dtype), *arrays[name].shape] for name in sorted(arrays)}

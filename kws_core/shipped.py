"""Where the models, results and samples that come with the project are."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# In a wheel they are inside the package (see setup.py), among the sources beside it.
_PLACES = (_PACKAGE / "assets", _PACKAGE.parent / "assets")
ASSETS = next((place for place in _PLACES if place.is_dir()), _PLACES[-1])

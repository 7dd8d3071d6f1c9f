"""The views of a clip, one file each. A file added here adds a view.

`WAVEFORM` is always shown, on top; `VIEWS` are the others, in the order to offer and draw them.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from typing import Final

from kws_core.explore.view import View
from kws_core.explore.views.waveform import Waveform


def _found() -> Iterator[View]:
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for value in vars(module).values():
            own = isinstance(value, type) and value.__module__ == module.__name__
            if own and issubclass(value, View) and not inspect.isabstract(value):
                yield value()


WAVEFORM: Final = Waveform()
VIEWS: Final[tuple[View, ...]] = tuple(
    sorted(
        (view for view in _found() if not isinstance(view, Waveform)), key=lambda view: view.order
    )
)
NAMES: Final = tuple(view.name for view in VIEWS)


def named(names: Iterable[str]) -> tuple[View, ...]:
    """Return the views with these names, in the order to draw them."""
    wanted = set(names)
    return tuple(view for view in VIEWS if view.name in wanted)

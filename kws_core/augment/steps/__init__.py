"""The steps of augmentation, one file each. A file added here adds a step.

`STEPS` has them by kind, in the order of their titles.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Final

from kws_core.augment.step import Step


def _found() -> Iterator[type[Step]]:
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Step) and value is not Step:
                yield value


STEPS: Final[dict[str, type[Step]]] = {
    step.kind: step for step in sorted(_found(), key=lambda step: step.title)
}

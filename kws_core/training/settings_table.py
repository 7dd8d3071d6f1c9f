"""Settings from a TOML table: a frozen dataclass with some fields set, types and limits checked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import is_dataclass, replace
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from kws_core.errors import AugmentError, RecipeError

T = TypeVar("T")

# Lowest and highest value of a number, by its key; of keys that end in "_share" 0 and 1.
_LIMITS: dict[str, tuple[float, float]] = {
    "epochs": (1, math.inf),
    "clips_per_epoch": (1, math.inf),
    "batch_size": (1, math.inf),
    "learning_rate": (1e-12, 1),
    "weight_decay": (0, math.inf),
    "warm_up": (0, 1),
    "label_smoothing": (0, 0.99),
    "mixup": (0, math.inf),
    "average_decay": (0, 1),
    "mine_every": (0, math.inf),
    "mined_windows": (1, math.inf),
    "seed": (0, 2**32),
    "prepared_clips": (0, math.inf),
    "teacher_weight": (0, 1),
    "teacher_temperature": (1e-3, 1e3),
}
_TYPES = {bool: "true or false", int: "a whole number", float: "a number", str: "a text in quotes"}


def with_values(base: T, table: Mapping[str, Any], where: str) -> T:
    """Return a settings dataclass with the fields that a table names set to its values.

    where: what the table is of, for messages. Raises `RecipeError` for an unknown key, a value of
    another type, or one beyond its limits.
    """
    hints = get_type_hints(type(base))
    values: dict[str, Any] = {}
    for key, value in table.items():
        require_known(key, hints, where)
        current = getattr(base, key)
        if is_dataclass(current) and isinstance(value, Mapping):
            values[key] = with_values(current, value, f"{where}: {key}")
        else:
            values[key] = read_value(hints[key], value, where, key)
    try:
        return replace(base, **values)  # type: ignore[type-var]
    except AugmentError as error:
        raise RecipeError(f"{where}: {error}") from error


def require_known(key: str, known: Iterable[str], where: str, what: str = "key") -> None:
    """Raise `RecipeError` if a key is none of those there are."""
    if key not in known:
        raise RecipeError(f"{where}: there is no {what} {key!r}; there are {', '.join(known)}.")


def read_value(hint: Any, value: Any, where: str, key: str) -> Any:
    """Return a TOML value as a field's type; raises `RecipeError` if it is not of that type."""
    kind, parts = get_origin(hint), get_args(hint)
    if kind is Literal:
        if value in parts:
            return value
        raise RecipeError(f"{where}: {key} is {' or '.join(map(_shown, parts))}, not {value!r}.")
    if kind is tuple:
        each = parts[0]
        n = None if parts[-1] is Ellipsis else len(parts)
        if not isinstance(value, list) or (n is not None and len(value) != n):
            expected = f"a list of {n}" if n else "a list such as [" + _example(each) + "]"
            raise RecipeError(f"{where}: {key} is {expected}, not {value!r}.")
        read = tuple(read_value(each, one, where, key) for one in value)
        if n and list(read) != sorted(read):
            raise RecipeError(f"{where}: {key} is a range, from low to high, not {value!r}.")
        return read
    fits = type(value) is hint or (hint is float and type(value) is int)
    if not fits or (isinstance(value, float) and not math.isfinite(value)):
        raise RecipeError(f"{where}: {key} is {_TYPES.get(hint, 'a table')}, not {value!r}.")
    if hint in (int, float):
        _require_limits(value, where, key)
    return hint(value)


def _require_limits(value: float, where: str, key: str) -> None:
    low, high = _LIMITS.get(key, (0, 1) if key.endswith("_share") else (-math.inf, math.inf))
    if not low <= value <= high:
        limits = f"at least {low:g}" if high == math.inf else f"from {low:g} to {high:g}"
        raise RecipeError(f"{where}: {key} is {limits}, not {value!r}.")


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _example(hint: type) -> str:
    return '"name"' if hint is str else "1"

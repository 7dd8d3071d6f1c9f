"""The address of a view: settings and what is shown as query parameters, and back.

Only what differs from a preset is written, so that links stay short. Nothing in an address can
fail: what makes no sense is left out, and told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any, Final

from kws_core.errors import SettingsError
from kws_core.explore.fitting import fit
from kws_core.explore.presets import PRESETS, nearest, preset
from kws_core.explore.settings import CHOICES, ViewSettings, check_value
from kws_core.explore.views import FFT_RATES, NAMES, SILENCE_DB, Shown, Span, ordered

_LONGEST: Final = 200  # characters of a value, more than any that was written here
_QUOTED: Final = 40


def to_query(settings: ViewSettings, shown: Shown) -> dict[str, str]:
    """Return the query parameters of a view; none for the first one that a person sees."""
    base, differing = nearest(settings)
    query = {} if base is PRESETS[0] else {"preset": base.name}
    values = asdict(settings)
    query |= {name: _written(values[name]) for name in differing}
    default = Shown()
    for field in fields(Shown):
        value = getattr(shown, field.name)
        if value != getattr(default, field.name):
            query[field.name] = _written(value)
    return query


def from_query(query: Mapping[str, str]) -> tuple[ViewSettings, Shown, tuple[str, ...]]:
    """Return the view that query parameters stand for, and what of them was not used, and why.

    Unknown parameters are somebody else's, and passed over. The names of clips are not checked.
    """
    problems: list[str] = []
    base = PRESETS[0]
    if "preset" in query:
        chosen = preset(query["preset"])
        if chosen is None:
            known = ", ".join(one.name for one in PRESETS)
            problems.append(f"{_quote('preset', query)}: it is one of {known}.")
        base = chosen or base
    values = asdict(base.settings)
    for name, default in asdict(ViewSettings()).items():
        if name in query:
            _read(name, query, problems, values, _setting_reader(name, default))
    settings, notes = fit(values)
    shown: dict[str, Any] = {}
    for name, reader in _SHOWN.items():
        if name in query:
            _read(name, query, problems, shown, reader)
    return settings, replace(Shown(), **shown), (*problems, *notes)


def _written(value: Any) -> str:
    match value:
        case bool():
            return str(int(value))
        case float():
            return f"{value:.10g}"
        case (float(start), float(end)):
            return f"{start:.3f}-{end:.3f}"
        case tuple():
            return ",".join(value) or "none"
        case _:
            return str(value)


def _read(
    name: str,
    query: Mapping[str, str],
    problems: list[str],
    values: dict[str, Any],
    reader: Callable[[str], Any],
) -> None:
    text = query[name]
    try:
        if len(text) > _LONGEST:
            raise ValueError("it is too long")
        values[name] = reader(text)
    except SettingsError as error:
        problems.append(str(error))
    except ValueError as error:
        problems.append(f"{_quote(name, query)}: {error}.")


def _quote(name: str, query: Mapping[str, str]) -> str:
    text = query[name]
    shortened = text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"
    return f"{name} can't be {shortened!r}"


def _setting_reader(name: str, default: Any) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        value: Any
        if name in CHOICES:
            # By how they are written, so that 1 and True stay apart.
            options = {_written(option): option for option in CHOICES[name]}
            if text not in options:
                raise ValueError(f"it is one of {', '.join(options)}")
            return options[text]
        value = _whole(text) if isinstance(default, int) else _number(text)
        check_value(name, value)
        return value

    return read


def _whole(text: str) -> int:
    # int() would also take spaces, underscores and other scripts' digits.
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()):
        raise ValueError("it is a whole number")
    return int(text)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError("it is a number") from None
    if not math.isfinite(value):
        raise ValueError("it is a number")
    return value


def _span(text: str) -> Span:
    start, dash, end = text.partition("-")
    if not dash:
        raise ValueError("it is a start and an end in seconds, such as 0.2-0.5")
    span = _number(start), _number(end)
    if not 0 <= span[0] < span[1]:
        raise ValueError("its end comes after its start")
    return span


def _views(text: str) -> tuple[str, ...]:
    names = [] if text == "none" else text.split(",")
    if unknown := [name for name in names if name not in NAMES]:
        raise ValueError(f"there is no view {unknown[0][:_QUOTED]!r}")
    return ordered(names)


def _fft_rate(text: str) -> int:
    rate = _whole(text)
    if rate not in FFT_RATES:
        raise ValueError(f"it is one of {', '.join(map(str, FFT_RATES))} Hz")
    return rate


def _silence_db(text: str) -> float:
    value = _number(text)
    if not SILENCE_DB[0] <= value <= SILENCE_DB[1]:
        raise ValueError(f"it goes from {SILENCE_DB[0]:g} to {SILENCE_DB[1]:g} dB")
    return value


_SHOWN: Final[dict[str, Callable[[str], Any]]] = {
    "views": _views,
    "part": _span,
    "selection": _span,
    "fft_rate": _fft_rate,
    "silence_db": _silence_db,
    "clip": str,
    "other": str,
}

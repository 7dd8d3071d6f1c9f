"""The page's address as settings, whatever is in it, and settings as an address.

Nothing in an address can fail: a value that can't be used is left out, with a message that says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from kws_core.explore.controls import CHOICES, NUMBERS
from kws_core.explore.fitting import fit
from kws_core.explore.presets import PRESETS, preset
from kws_core.explore.settings import Span, ViewSettings
from kws_core.explore.views import VIEWS, named

FIRST_VIEWS: Final[tuple[str, ...]] = ("spectrogram",)

_LONGEST: Final = 40  # characters of a value in a message
# Names and values of earlier versions.
_OLD_NAMES: Final = {"centred": "centered", "colour_map": "color_map"}
_OLD_VALUES: Final = {
    ("color_map", "grey"): "gray",
    ("mfcc_rows", "no-c0"): "no C0",
    ("mfcc_rows", "normalised"): "z-score",
    ("mfcc_rows", "plain"): "all",
}

Query = Mapping[str, list[str]]


@dataclass(frozen=True)
class Opened:
    """What an address asks for, and what of it was ignored or changed, and why.

    part: of the clip, in seconds. clip, other: names of samples, not checked.
    """

    settings: ViewSettings = field(default_factory=ViewSettings)
    views: tuple[str, ...] = FIRST_VIEWS
    part: Span | None = None
    clip: str | None = None
    other: str | None = None
    messages: tuple[str, ...] = ()


def from_query(query: Query) -> Opened:
    """Return what query parameters stand for.

    Parameters of no view or setting are somebody else's, and passed over.
    """
    given = {_OLD_NAMES.get(name, name): values[-1] for name, values in query.items() if values}
    messages: list[str] = []

    def read(name: str, reader: Callable[[str], Any], default: Any) -> Any:
        text = given.get(name)
        if text is None:
            return default
        try:
            return reader(_OLD_VALUES.get((name, text), text))
        except ValueError as error:
            short = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
            messages.append(f"Ignored in the link: {name}={short} ({error}).")
            return default

    base = read("preset", _preset, PRESETS[0].settings)
    values = {
        name: read(name, _reader(name, default), default) for name, default in asdict(base).items()
    }
    settings, notes = fit(values)
    views = FIRST_VIEWS
    if "views" in query:
        views, unknown = _views(query["views"])
        messages += [
            f"Ignored in the link: there is no view {name[:_LONGEST]}." for name in unknown
        ]
    return Opened(
        settings,
        views if views or given.get("views") in ("", "none") else FIRST_VIEWS,
        read("part", _span, None),
        given.get("clip"),
        given.get("other"),
        (*messages, *notes),
    )


def to_query(opened: Opened) -> dict[str, list[str]]:
    """Return the query parameters of views and settings, written as by the page's widgets."""
    default = asdict(ViewSettings())
    query = {
        name: [str(value).lower() if isinstance(value, bool) else str(value)]
        for name, value in asdict(opened.settings).items()
        if value != default[name] and name != "selection"
    }
    if opened.views != FIRST_VIEWS:
        query["views"] = [view.label for view in named(opened.views)] or [""]
    return query


def _preset(text: str) -> ViewSettings:
    chosen = preset(text)
    if chosen is None:
        raise ValueError(f"it is one of {', '.join(one.name for one in PRESETS)}")
    return chosen.settings


def _reader(name: str, default: Any) -> Callable[[str], Any]:
    if name in CHOICES:
        return lambda text: _choice(text, CHOICES[name].options)
    if name in NUMBERS:
        return _whole if isinstance(default, int) else _number
    return _span


def _choice(text: str, options: Iterable[Any]) -> Any:
    known = {str(option).lower(): option for option in options}
    text = text.lower()
    if "true" in known:
        text = {"0": "false", "1": "true"}.get(text, text)
    if text not in known:
        raise ValueError(f"it is one of {', '.join(known)}")
    return known[text]


def _whole(text: str) -> int:
    # int() would also take spaces, underscores and other scripts' digits.
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()):
        raise ValueError("it is a whole number")
    return int(text)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
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


def _views(texts: Iterable[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the names of the views in one or more values, and those that there are not."""
    known = {view.label: view.name for view in VIEWS} | {view.name: view.name for view in VIEWS}
    asked = [
        name for text in texts for name in ([text] if text in known else text.split(",")) if name
    ]
    found = [known[name] for name in asked if name in known]
    unknown = [name for name in asked if name not in known and name != "none"]
    return tuple(view.name for view in named(found)), unknown

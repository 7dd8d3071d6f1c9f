"""What the Models page shows, as a value, and as the parameters of its address.

Only what differs from the first view is written. Nothing in an address can fail: what makes no
sense is left out, and told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal, get_args

from kws_core.explain.baselines import Baseline
from kws_core.explain.methods import Method
from kws_core.report.comparison import Cost
from kws_core.report.confusion import Order, Unit
from kws_core.report.literature import Task
from kws_core.report.word_map import View

Section = Literal["compare", "structure", "results", "own", "why", "map", "data", "card"]
Panel = Literal["confusion", "words", "calibration", "roc", "conditions", "live", "training"]
DataPanel = Literal["clips", "lengths", "spectra", "bands", "outliers"]
Reason = Literal["maps", "trust", "hear"]
Kept = Literal["5", "15", "30"]

SECTIONS: Final[tuple[Section, ...]] = get_args(Section)
PANELS: Final[tuple[Panel, ...]] = get_args(Panel)
DATA_PANELS: Final[tuple[DataPanel, ...]] = get_args(DataPanel)
# Sections that are about one model, and about the current clip.
OF_A_MODEL: Final[tuple[Section, ...]] = ("structure", "results", "own", "why", "map", "card")
OF_A_CLIP: Final[tuple[Section, ...]] = ("structure", "why", "map")

_LONGEST: Final = 40


@dataclass(frozen=True)
class Shown:
    """What is shown.

    model and split: names, empty for the first there is. said and heard: the chosen cell of the
    confusion matrix, empty for the commonest error. words: those in colour. layer: whose feature
    maps are shown, empty for the first. label: that is explained, empty for the one heard. kept:
    how much of a clip is heard, in percent. clip: a sample's name, None for another clip.
    """

    section: Section = "compare"
    model: str = ""
    split: str = ""
    task: Task = "35"
    cost: Cost = "weights"
    panel: Panel = "confusion"
    unit: Unit = "shares"
    order: Order = "word"
    said: str = ""
    heard: str = ""
    words: tuple[str, ...] = ()
    view: View = "tsne"
    errors: bool = False
    data: DataPanel = "clips"
    layer: str = ""
    label: str = ""
    reason: Reason = "maps"
    baseline: Baseline = "background"
    method: Method = "integrated"
    kept: Kept = "15"
    clip: str | None = None


_CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "section": SECTIONS,
    "task": get_args(Task),
    "cost": get_args(Cost),
    "panel": PANELS,
    "unit": get_args(Unit),
    "order": get_args(Order),
    "view": get_args(View),
    "data": DATA_PANELS,
    "reason": get_args(Reason),
    "baseline": get_args(Baseline),
    "method": get_args(Method),
    "kept": get_args(Kept),
}
# Which parameters a section knows; those of others are not written.
_OF_SECTION: Final[dict[Section, tuple[str, ...]]] = {
    "compare": ("task", "cost"),
    "structure": ("model", "layer", "clip"),
    "results": ("model", "split", "panel", "unit", "order", "said", "heard", "words"),
    "own": ("model",),
    "why": ("model", "label", "reason", "baseline", "method", "kept", "clip"),
    "map": ("model", "split", "view", "errors", "words", "clip"),
    "data": ("data", "words"),
    "card": ("model", "split"),
}


def to_query(shown: Shown) -> dict[str, str]:
    """Return the query parameters of a view; none for the first one that a person sees."""
    first = Shown()
    query = {}
    for name in ("section", *_OF_SECTION[shown.section]):
        value = getattr(shown, name)
        if value != getattr(first, name) and value is not None:
            query[name] = _written(value)
    return query


def from_query(query: Mapping[str, str]) -> tuple[Shown, tuple[str, ...]]:
    """Return the view that query parameters stand for, and what of them was not used, and why.

    Unknown parameters are passed over. Names of models, splits, words and clips are not checked.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field in fields(Shown):
        name = field.name
        if name not in query:
            continue
        text = query[name][:400]
        options = _CHOICES.get(name)
        if options is not None and text not in options:
            problems.append(
                f"{name} can't be {text[:_LONGEST]!r}: it is one of {', '.join(options)}."
            )
        elif name == "errors":
            values[name] = text == "1"
        elif name == "words":
            values[name] = tuple(dict.fromkeys(word[:_LONGEST] for word in text.split(",") if word))
        else:
            values[name] = text[:_LONGEST]
    return replace(Shown(), **values), tuple(problems)


def _written(value: Any) -> str:
    match value:
        case bool():
            return "1" if value else "0"
        case tuple():
            return ",".join(value)
    return str(value)

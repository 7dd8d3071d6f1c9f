"""The choices of the Models page: every one is a widget bound to a parameter of the address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import streamlit as st

from kws_core.explain.methods import METHODS
from kws_core.explain.wording import BASELINE_NAMES
from kws_core.report.comparison import COSTS
from kws_core.report.confusion import ORDERS
from kws_core.report.confusion_chart import UNITS
from kws_core.report.literature import TASKS
from kws_core.report.word_map import PROJECTIONS
from kws_core.results.store import PEOPLE
from kws_core.spotting.recognizer import DEFAULT_MODEL, Recognizer
from kws_core.ui.clip import page_address

# By parameter, the values and what they are called, on the page and in its address.
CHOICES: Final[dict[str, Mapping[Any, str]]] = {
    "section": {
        "compare": "Compare",
        "structure": "Structure",
        "results": "Results",
        "own": "Own test set",
        "why": "Why this word",
        "map": "Map of words",
        "data": "Data",
        "card": "Model card",
    },
    "panel": {
        "confusion": "Confusions",
        "words": "Words",
        "calibration": "Calibration",
        "roc": "ROC",
        "conditions": "Noise and more",
        "live": "Live detector",
        "taught": "Taught words",
        "training": "Training",
    },
    "data": {
        "clips": "Clips and speakers",
        "lengths": "Length and level",
        "spectra": "Mean spectra",
        "bands": "Bands",
        "outliers": "Outliers",
    },
    "reason": {"maps": "Maps", "trust": "Which to trust", "hear": "Hear what mattered"},
    "kept": {"15": "15%", "5": "5%", "30": "30%"},
    "split": PEOPLE,
    "task": TASKS,
    "cost": COSTS,
    "unit": UNITS,
    "order": ORDERS,
    "view": PROJECTIONS,
    "baseline": BASELINE_NAMES,
    "method": METHODS,
}  # fmt: skip
_WORDS: Final = {"results": "words", "map": "map_words", "data": "data_words"}
_OPENED: Final = "models_opened"
_MESSAGES: Final = "models_messages"
_LONGEST: Final = 40  # characters of a bad value that are repeated


def choice(
    name: str,
    label: str,
    options: Iterable[str] | None = None,
    *,
    widget: Callable[..., Any] = st.segmented_control,
    **more: Any,
) -> Any:
    """Offer the values of a parameter, or those of them in options; returns the chosen one."""
    names = CHOICES.get(name, {})
    values = list(names if options is None else options)
    if widget in (st.segmented_control, st.pills):
        usual = {"default": values[0], "required": True, "label_visibility": "collapsed"}
        more = usual | {"wrap": True} | more
    if "format_func" not in more:
        more["format_func"] = lambda value: names.get(value, value)
    return widget(label, values, key=name, bind="query-params", **more)


def models() -> list[str]:
    """Return the shipped models, the default one first."""
    return sorted(Recognizer.available(), key=lambda name: (name != DEFAULT_MODEL, name))


def open_link() -> None:
    """Translate the address that a person opened, once a session, and say what in it is unknown.

    Streamlit drops an unknown value of a bound widget without a word. Older addresses have values
    by short names, and several words in one parameter.
    """
    if not st.session_state.get(_OPENED):
        st.session_state[_OPENED] = True
        query = {name: st.query_params.get_all(name) for name in st.query_params}
        known, problems = translated(query, models())
        problems += page_address.open_sample(st.query_params.get("clip"))
        if known != query or problems:
            st.session_state[_MESSAGES] = problems
            st.query_params.from_dict(known)
            st.rerun()
    for message in st.session_state.pop(_MESSAGES, ()):
        st.warning(message, icon=":material/link_off:")


def translated(
    query: Mapping[str, list[str]], known_models: Iterable[str]
) -> tuple[dict[str, list[str]], list[str]]:
    """Return the parameters as the widgets write them, and a message for each that is unknown."""
    kept: dict[str, list[str]] = {}
    problems = []
    for name, values in query.items():
        text = values[-1]
        options = {m: m for m in known_models} if name == "model" else CHOICES.get(name)
        if options is not None and text not in {*options, *options.values()}:
            listed = ", ".join(options.values())
            problems.append(f"{name} can't be {text[:_LONGEST]!r}: it is one of {listed}.")
        elif options is not None:
            kept[name] = [options.get(text, text)]
        elif name == "errors":
            kept[name] = ["true" if text in ("1", "true") else "false"]
        elif name == "words":
            section = query.get("section", ["results"])[-1]
            words = [word for value in values for word in value.split(",") if word]
            kept[_WORDS.get(section, "words")] = words
        else:
            kept[name] = values
    return kept, problems


def write_clip(shown: bool) -> None:
    """Name the sample clip in the address if the page shows it."""
    name = page_address.shown_sample() if shown else None
    if name is not None:
        st.query_params["clip"] = name
    elif "clip" in st.query_params:
        del st.query_params["clip"]

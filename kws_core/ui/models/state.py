"""What the Models page shows, kept in the session, and in the page's address.

Widgets are seeded from here on every run, and tell their changes here, so that what was chosen
survives their absence on other pages and in other sections.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from kws_core.report.link import OF_A_CLIP, Shown, from_query, to_query
from kws_core.spotting.recognizer import DEFAULT_MODEL, Recognizer
from kws_core.ui.clip import page_address
from kws_core.ui.models import stored

_PAGE: Final = "models"
_SHOWN: Final = "models_shown"
_MESSAGES: Final = "models_messages"


def shown() -> Shown:
    """What is shown."""
    chosen: Shown = st.session_state.get(_SHOWN, Shown())
    return chosen


def change(**changes: Any) -> None:
    """Show something else."""
    st.session_state[_SHOWN] = replace(shown(), **changes)
    st.session_state[_MESSAGES] = ()


def open_link() -> None:
    """Take over what the page's address says, unless the page itself wrote it there."""
    query = page_address.opened(_PAGE, started=_SHOWN in st.session_state)
    if query is None:
        return
    opened, problems = from_query(query)
    told = list(problems)
    if opened.model and opened.model not in Recognizer.available():
        told.append(f"There is no model {opened.model!r}.")
        opened = replace(opened, model="")
    told += page_address.open_sample(opened.clip)
    st.session_state[_SHOWN] = replace(opened, clip=None)
    st.session_state[_MESSAGES] = tuple(told)


def write_link() -> None:
    """Let the page's address say what is shown."""
    now = shown()
    if now.section in OF_A_CLIP:
        now = replace(now, clip=page_address.shown_sample())
    page_address.write(_PAGE, to_query(now))


def show_messages() -> None:
    """Say what of the address could not be used."""
    for message in st.session_state.get(_MESSAGES, ()):
        st.warning(message, icon=":material/link_off:")


def models() -> tuple[str, ...]:
    """The shipped models, the default one first."""
    names = Recognizer.available()
    return tuple(sorted(names, key=lambda name: (name != DEFAULT_MODEL, name)))


def model() -> str:
    """The chosen model, or the first there is; empty if there is none."""
    return shown().model or next(iter(models()), "")


def splits() -> tuple[str, ...]:
    """The splits that the chosen model has results on."""
    return tuple(split for name, split in stored.evaluations() if name == model())


def split() -> str | None:
    """The chosen split of the chosen model's results; None without results."""
    chosen = shown().split
    return chosen if chosen in splits() else next(iter(splits()), None)


def choice(
    label: str,
    name: str,
    options: Mapping[Any, str] | Sequence[Any],
    *,
    widget: Callable[..., Any] = st.segmented_control,
    current: Any = None,
    **more: Any,
) -> None:
    """Offer the values of something that is shown; options: values, or values with their names."""
    key = f"models_{name}"
    st.session_state[key] = getattr(shown(), name) if current is None else current
    if isinstance(options, Mapping):
        names = options
        more["format_func"] = lambda value: names[value]
    if widget in (st.segmented_control, st.pills):
        more.setdefault("required", True)
        more.setdefault("label_visibility", "collapsed")
    widget(
        label,
        list(options),
        key=key,
        on_change=lambda: change(**{name: _value(st.session_state[key])}),
        **more,
    )


def _value(chosen: Any) -> Any:
    return tuple(chosen) if isinstance(chosen, list) else chosen

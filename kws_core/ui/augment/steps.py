"""The steps of a chain: added, removed, moved and set, each on a card of its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final

import streamlit as st

from kws_core.augment import Background, Chain, Step
from kws_core.errors import AugmentError
from kws_core.lab.backgrounds import MEANINGS
from kws_core.lab.catalogue import CATALOGUE, StepSetting, first_step
from kws_core.lab.recipe import MOST_STEPS
from kws_core.lab.wording import recording_title
from kws_core.ui.augment import state
from kws_core.ui.augment.state import Target

_CHOICES: Final = {"colours": "Colour", "codecs": "Codec", "recordings": "Recording"}
_CODECS: Final = {"mp3": "MP3", "opus": "Opus"}


def add_step_pills(target: Target) -> None:
    """Offer every kind of step; a click puts one at the end of the chain."""
    key = f"augment_add_{target}"
    full = len(state.recipe_of(target).chain.steps) >= MOST_STEPS
    st.session_state[key] = None

    def add() -> None:
        kind = st.session_state[key]
        if kind is not None:
            chain = state.recipe_of(target).chain
            state.edit(target, chain=Chain((*chain.steps, new_step(kind, chain))))

    st.pills(
        "Add a step" if not full else f"A chain has up to {MOST_STEPS} steps",
        list(CATALOGUE),
        format_func=lambda kind: f"{CATALOGUE[kind].icon} {CATALOGUE[kind].title}",
        key=key,
        on_change=add,
        disabled=full,
        wrap=True,
    )


def new_step(kind: str, chain: Chain) -> Step:
    """Make a step with its defaults, under a name that the chain does not have yet."""
    taken = {step.name for step in chain.steps}
    names = [kind, *(f"{kind} {number}" for number in range(2, MOST_STEPS + 2))]
    name = next(name for name in names if name not in taken)
    return first_step(kind, name)


def step_header(target: Target, index: int) -> None:
    """Name a step, and offer to move or remove it."""
    chain = state.recipe_of(target).chain
    step = chain.steps[index]
    entry = CATALOGUE[step.kind]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{index + 1}. {entry.icon} {entry.title}**", help=entry.purpose)
        st.space("stretch")
        for icon, label, disabled, act in (
            ("arrow_upward", "Up", index == 0, _moved(target, index, -1)),
            ("arrow_downward", "Down", index == len(chain.steps) - 1, _moved(target, index, 1)),
            ("delete", "Remove", False, _removed(target, index)),
        ):
            st.button(
                label,
                icon=f":material/{icon}:",
                type="tertiary",
                disabled=disabled,
                on_click=act,
                key=f"augment_{label}_{target}_{step.name}",
            )


def step_settings(target: Target, index: int) -> None:
    """Offer every setting of a step."""
    step = state.recipe_of(target).chain.steps[index]
    for setting in fields(step):
        if "choices" in setting.metadata:
            _choice(target, index, step, setting.name, setting.metadata["choices"])
    for entry in CATALOGUE[step.kind].settings:
        _range(target, index, step, entry)
    _probability(target, index, step)


def _choice(target: Target, index: int, step: Step, name: str, options: tuple[str, ...]) -> None:
    key = _key(target, step, name)
    st.session_state[key] = list(getattr(step, name))

    def put() -> None:
        chosen = tuple(st.session_state[key])
        if chosen:  # of nothing, nothing can be drawn: the last one stays
            _set(target, index, name, chosen)

    recordings = isinstance(step, Background)
    st.pills(
        _CHOICES[name],
        state.known_recordings() if recordings else options,
        selection_mode="multi",
        format_func=lambda option: _CODECS.get(option, recording_title(option)),
        key=key,
        on_change=put,
        help=_recordings_help() if recordings else "Each draw takes one of those chosen.",
        wrap=True,
    )
    if recordings:
        st.caption(
            "No recording of noise comes with this app: these are made of its sample clips, or "
            "synthesised. Your own recording or file, given as a clip above, is offered here too."
        )


def _recordings_help() -> str:
    listed = "\n".join(f"- {recording_title(n)}: {meaning}" for n, meaning in MEANINGS.items())
    return f"Each draw takes one of those chosen.\n{listed}"


def _range(target: Target, index: int, step: Step, entry: StepSetting) -> None:
    low, high = getattr(step, entry.name)
    key = _key(target, step, entry.name)
    st.session_state[key] = (float(low), float(high))
    # A link may hold more than the slider goes to.
    ends = min(entry.low, math.floor(low)), max(entry.high, math.ceil(high))
    st.slider(
        f"{entry.title}, {entry.unit}",
        float(ends[0]),
        float(ends[1]),
        step=float(entry.step),
        format="%g",
        key=key,
        on_change=lambda: _set(target, index, entry.name, tuple(st.session_state[key])),
        help="Each draw takes a value between the two ends.",
    )


def _probability(target: Target, index: int, step: Step) -> None:
    key = _key(target, step, "probability")
    st.session_state[key] = round(100 * step.probability)
    st.slider(
        "Applied to, % of draws",
        0,
        100,
        step=5,
        key=key,
        on_change=lambda: _set(target, index, "probability", st.session_state[key] / 100),
    )


def _key(target: Target, step: Step, setting: str) -> str:
    return f"augment_{target}_{step.name}_{setting}"


def _set(target: Target, index: int, setting: str, value: Any) -> None:
    steps = list(state.recipe_of(target).chain.steps)
    try:
        steps[index] = replace(steps[index], **{setting: value})
    except AugmentError as error:
        state.tell(str(error))
        return
    state.edit(target, chain=Chain(tuple(steps)))


def _moved(target: Target, index: int, by: int) -> Callable[[], None]:
    def move() -> None:
        steps = list(state.recipe_of(target).chain.steps)
        steps.insert(index + by, steps.pop(index))
        state.edit(target, chain=Chain(tuple(steps)))

    return move


def _removed(target: Target, index: int) -> Callable[[], None]:
    def remove() -> None:
        steps = list(state.recipe_of(target).chain.steps)
        del steps[index]
        state.edit(target, chain=Chain(tuple(steps)))

    return remove

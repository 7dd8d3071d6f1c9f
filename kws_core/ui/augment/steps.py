"""The steps of a chain: added, removed, moved and set, each on a card of its own."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any, Final

import streamlit as st

from kws_core.augment import STEPS, Chain, Draw, Step
from kws_core.augment.step import Choice, Range
from kws_core.augment.steps.background import Background, recording_title
from kws_core.errors import AugmentError
from kws_core.lab.backgrounds import MEANINGS
from kws_core.lab.recipe import MOST_STEPS
from kws_core.ui.augment import state
from kws_core.ui.augment.state import Target
from kws_core.ui.shared.button import quiet_button
from kws_core.ui.shared.seeded import seeded

LEFT_OUT: Final = "not applied in this draw"


def add_step_pills(target: Target) -> None:
    """Offer every kind of step; a click puts one at the end of the chain."""
    full = len(state.recipe_of(target).chain) >= MOST_STEPS

    def add(kind: str | None) -> None:
        if kind is not None:
            chain = state.recipe_of(target).chain
            state.edit(target, chain=Chain([*chain, new_step(kind, chain)]))

    seeded(
        st.pills,
        "Add a step" if not full else f"A chain has up to {MOST_STEPS} steps",
        list(STEPS),
        format_func=lambda kind: step_title(STEPS[kind]),
        key=f"augment_add_{target}",
        value=None,
        put=add,
        disabled=full,
        wrap=True,
    )


def new_step(kind: str, chain: Chain) -> Step:
    """Make a step with its defaults, under a name that the chain does not have yet."""
    taken = {step.name for step in chain}
    names = [kind, *(f"{kind} {number}" for number in range(2, MOST_STEPS + 2))]
    name = next(name for name in names if name not in taken)
    return STEPS[kind](name=name)


def step_title(step: type[Step] | Step) -> str:
    """Return the icon and the title of a step."""
    return f":material/{step.icon}: {step.title}"


def drawn_text(draw: Draw | None) -> str:
    """Return what a draw does."""
    return LEFT_OUT if draw is None else str(draw)


def step_header(target: Target, index: int) -> None:
    """Name a step, and offer to move or remove it."""
    chain = state.recipe_of(target).chain
    step = chain[index]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{index + 1}. {step_title(step)}**", help=step.purpose)
        st.space("stretch")
        for icon, label, disabled, act in (
            ("arrow_upward", "Up", index == 0, partial(_move, index, -1)),
            ("arrow_downward", "Down", index == len(chain) - 1, partial(_move, index, 1)),
            ("delete", "Remove", False, partial(_remove, index)),
        ):
            key = f"augment_{label}_{target}_{step.name}"
            quiet_button(label, icon, act, target, key=key, disabled=disabled)


def step_settings(target: Target, index: int) -> None:
    """Offer every setting of a step."""
    step = state.recipe_of(target).chain[index]
    for setting in step.settings:
        if isinstance(setting, Choice):
            _choice(target, index, step, setting)
        else:
            _range(target, index, step, setting)
    _probability(target, index, step)


def _choice(target: Target, index: int, step: Step, choice: Choice) -> None:
    def put(chosen: list[str]) -> None:
        if chosen:  # of nothing, nothing can be drawn: the last one stays
            _set(target, index, {choice.name: tuple(chosen)})

    recordings = isinstance(step, Background)
    seeded(
        st.pills,
        choice.title,
        state.known_recordings() if recordings else list(choice.options),
        selection_mode="multi",
        format_func=lambda option: choice.options.get(option, recording_title(option)),
        key=_key(target, step, choice.name),
        value=list(getattr(step, choice.name)),
        put=put,
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


def _range(target: Target, index: int, step: Step, entry: Range) -> None:
    low, high = entry.ends(step)
    lowest, highest, tick = entry.slider
    # A link may hold more than the slider goes to.
    ends = min(lowest, math.floor(low)), max(highest, math.ceil(high))
    seeded(
        st.slider,
        f"{entry.title}, {entry.unit}",
        float(ends[0]),
        float(ends[1]),
        step=float(tick),
        format="%g",
        key=_key(target, step, entry.name),
        value=(float(low), float(high)),
        put=lambda ends: _set(target, index, entry.between(*ends)),
        help="Each draw takes a value between the two ends.",
    )


def _probability(target: Target, index: int, step: Step) -> None:
    seeded(
        st.slider,
        "Applied to, % of draws",
        0,
        100,
        step=5,
        key=_key(target, step, "probability"),
        value=round(100 * step.probability),
        put=lambda percent: _set(target, index, {"probability": percent / 100}),
    )


def _key(target: Target, step: Step, setting: str) -> str:
    return f"augment_{target}_{step.name}_{setting}"


def _set(target: Target, index: int, settings: dict[str, Any]) -> None:
    steps = list(state.recipe_of(target).chain)
    try:
        steps[index] = replace(steps[index], **settings)
    except AugmentError as error:
        state.tell(str(error))
        return
    state.edit(target, chain=Chain(steps))


def _move(index: int, by: int, target: Target) -> None:
    steps = list(state.recipe_of(target).chain)
    steps.insert(index + by, steps.pop(index))
    state.edit(target, chain=Chain(steps))


def _remove(index: int, target: Target) -> None:
    steps = list(state.recipe_of(target).chain)
    del steps[index]
    state.edit(target, chain=Chain(steps))

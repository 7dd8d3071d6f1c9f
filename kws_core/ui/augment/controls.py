"""Controls of the Augment page: its views, the draw, SpecAugment's knobs, the fill."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from kws_core.augment.policies import (
    POLICIES,
    POLICY_WORDS,
    SETTINGS,
    PolicySetting,
    SpecAugmentPolicy,
)
from kws_core.augment.specaugment import FILLS
from kws_core.lab.link import VIEWS, View
from kws_core.lab.published import NamedPolicy, name_of
from kws_core.lab.recipe import LARGEST_SEED, NO_MASKS, Recipe
from kws_core.ui.augment import state
from kws_core.ui.augment.state import Target
from kws_core.ui.shared.button import button
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.seeded import seeded

_NONE: Final = "none"
_SIZES: Final = {True: "scaled", False: "published"}
_VIEWS: Final[dict[View, str]] = {
    "specaugment": "SpecAugment",
    "sound": "Sound",
    "compare": "Compare",
}


def view_control() -> None:
    """Offer the three views; only the one that is open is computed."""
    state.choice(
        "view", "View", VIEWS, format_func=lambda view: _VIEWS[view], label_visibility="collapsed"
    )


def draw_controls(compare: Recipe | None = None) -> None:
    """Offer the next draw and its seed; compare: a recipe that can be put beside others."""
    key, about = "augment_new_draw", "The next seed. All other settings stay."
    button("New draw", "casino", state.new_draw, key=key, type="primary", help=about)
    seeded(
        st.number_input,
        "Seed",
        0,
        LARGEST_SEED,
        key="augment_seed",
        value=state.lab().seed,
        put=_use_seed,
        step=1,
        label_visibility="collapsed",
        icon=":material/tag:",
        width=120,
        help="The same seed gives the same draw: also with other settings, to which it is only "
        "stretched.",
    )
    if compare is not None:
        key, about = "augment_add_to_comparison", "Puts these settings beside others."
        button("Add to comparison", "compare", _compare, compare, key=key, help=about)


def show_messages() -> None:
    """Show what could not be done, and which parts of the address were ignored."""
    for message in state.messages():
        # Text from an address: not Markdown, whatever it looks like.
        st.warning(plain(message), icon=":material/info:")


def policy_pills(target: Target) -> None:
    """Offer the paper's policies, scaled or as published; none is marked for other numbers."""
    masks = state.recipe_of(target).masks
    named = name_of(masks)
    policy_key, size_key = f"augment_policy_{target}", f"augment_size_{target}"
    scaled = named.scaled if named else st.session_state.get(size_key) != _SIZES[False]
    current = named.name if named else _NONE if masks == NO_MASKS else None
    st.session_state[policy_key] = current
    st.session_state[size_key] = _SIZES[scaled]

    def choose() -> None:
        name = st.session_state[policy_key] or current
        published = st.session_state[size_key] == _SIZES[False]
        if name == _NONE:
            state.edit(target, masks=NO_MASKS)
        elif name is not None:
            state.edit(target, masks=NamedPolicy(name, not published).policy)

    with st.container(horizontal=True, gap="medium"):
        st.pills(
            "Masks as in the SpecAugment paper",
            [*POLICIES, _NONE],
            format_func=lambda name: f"{POLICY_WORDS[name]} ({name})" if name != _NONE else name,
            key=policy_key,
            on_change=choose,
            wrap=True,
            help="Policies of the paper: LB and LD are for LibriSpeech, a data set of audiobooks, "
            "SM and SS for Switchboard, one of phone calls.",
        )
        st.segmented_control(
            "Widths",
            list(_SIZES.values()),
            key=size_key,
            on_change=choose,
            required=True,
            help="The published widths are for utterances of ten seconds and more. Scaled to one "
            "second, they hide the same share.",
        )


def mask_knobs(target: Target) -> None:
    """Offer every number of SpecAugment, each with the paper's letter."""
    masks = state.recipe_of(target).masks
    for row in (SETTINGS[:3], SETTINGS[3:]):
        for column, setting in zip(st.columns(3, gap="medium"), row, strict=True):
            with column:
                _slider(target, masks, setting)


def fill_control(target: Target) -> None:
    """Offer the fill of the masks."""
    seeded(
        st.segmented_control,
        "Fill the masks with",
        FILLS,
        key=f"augment_fill_{target}",
        value=state.recipe_of(target).fill,
        put=lambda fill: state.edit(target, fill=fill),
        required=True,
    )


def _slider(target: Target, masks: SpecAugmentPolicy, setting: PolicySetting) -> None:
    value = getattr(masks, setting.name)
    highest, step = setting.slider
    kind = int if setting.is_whole else float

    def put(number: Any) -> None:
        now = state.recipe_of(target).masks
        state.edit(target, masks=replace(now, **{setting.name: number}))

    # A link may hold more than the slider goes to.
    seeded(
        st.slider,
        setting.label,
        kind(0),
        kind(max(value, highest)),
        step=kind(step),
        format="%d" if setting.is_whole else "%.2f",
        key=f"augment_{setting.name}_{target}",
        value=kind(value),
        put=put,
        help=setting.purpose,
    )


def _use_seed(seed: int | None) -> None:
    if seed is not None:
        state.use_seed(int(seed))


def _compare(recipe: Recipe) -> None:
    if not state.lab().recipes:
        state.change(recipes=state.first_recipes())
    else:
        state.add_recipe(recipe)
    if not state.messages():
        state.change(view="compare")

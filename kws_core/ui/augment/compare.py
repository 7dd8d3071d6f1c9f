"""The comparison: up to four recipes on the same second, with the same seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kws_core.charts.style import percent, readable
from kws_core.errors import AugmentError
from kws_core.lab import Recipe, Trial
from kws_core.lab.draw_charts import level_scale, picture_figure
from kws_core.lab.link import MOST_RECIPES
from kws_core.lab.recipe import LONGEST_NAME, parsed
from kws_core.lab.robustness import scores_of_draws, seeds_around
from kws_core.lab.score_charts import Followed, robustness_figure
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.augment import state
from kws_core.ui.augment.controls import (
    draw_controls,
    fill_control,
    mask_knobs,
    policy_pills,
    show_messages,
)
from kws_core.ui.augment.export import show_export
from kws_core.ui.augment.steps import add_step_pills, drawn_text, step_header, step_settings
from kws_core.ui.augment.verdict import NO_MASKS_FOR, said
from kws_core.ui.shared.button import button
from kws_core.ui.shared.chart import plain_chart
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.player import player
from kws_core.ui.shared.seeded import seeded

N_DRAWS: Final = 50

_EDITED: Final = "augment_edited"
_PASTED: Final = "augment_pasted"


def show_comparison(trial: Trial) -> None:
    """Show the recipes side by side, and one of them to edit."""
    if not state.lab().recipes:
        state.change(recipes=state.first_recipes())
    recipes = state.lab().recipes
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_controls()
        before = " · ".join(said(trial.answer_before(model)) for model in trial.models)
        st.markdown(f"Heard before: **{before}**")
    show_messages()
    trials = [trial.of(recipe) for recipe in recipes]
    try:
        _show_recipes(trials)
        for model in trial.models:
            _show_robustness(trials, model)
    except AugmentError as error:  # such as a band that this clip has nothing of
        st.error(str(error), icon=":material/error:")
    edited = _choose_edited(recipes)
    _show_editor(edited)
    _show_exchange(trials[edited], recipes)


def _show_recipes(trials: Sequence[Trial]) -> None:
    scale = level_scale(*(trial.masked() for trial in trials))
    for number, (trial, column) in enumerate(zip(trials, _columns(len(trials)), strict=True)):
        recipe, masks = trial.recipe, trial.masks()
        with column:
            st.markdown(f"**{plain(recipe.name)}**")
            for model in trial.models:
                st.markdown(_answer(trial, model))
            key = f"augment_compared_{number}"
            plain_chart(
                picture_figure(trial.masked(), masks, trial.config, scale, f"{trial.second.start}"),
                key,
                f"The log-mel after {recipe.name}.",
            )
            after = trial.masked_sound()
            player(after, key=f"{key}_player", figure_key=key, label=f"after {recipe.name}")
            st.caption(_summary(recipe, masks.hidden_share))


def _columns(count: int) -> list[DeltaGenerator]:
    """Return a place for each recipe: four of them side by side would be too narrow."""
    rows = [2, 2] if count == 4 else [count]
    return [column for n in rows for column in st.columns(n, gap="medium")]


def _answer(trial: Trial, model: Recognizer) -> str:
    name = f"{model.card.name}: " if len(trial.models) > 1 else ""
    if not trial.applies_to(model):
        return f"{name}takes no log-mel, so no masks"
    return f"{name}**{said(trial.answer(model))}** {'(flipped)' if trial.flips(model) else ''}"


def _summary(recipe: Recipe, hidden: float) -> str:
    parts = [plain(drawn_text(draw)) for draw in recipe.chain.draw(recipe.seed)]
    if recipe.masks.does_something:
        parts.append(f"masks hide {percent(hidden)}, filled with {recipe.fill}")
    return f"Draw {recipe.seed}: {'; '.join(parts) or 'nothing'}."


def _show_robustness(trials: Sequence[Trial], model: Recognizer) -> None:
    seeds = seeds_around(trials[0].recipe.seed, N_DRAWS)
    label = trials[0].answer_before(model).label
    several = len(trials[0].models) > 1
    hearing = [trial for trial in trials if trial.applies_to(model)]
    with st.spinner(f"Listening to {N_DRAWS} draws of every recipe"):
        followed = [
            Followed(trial.recipe.name, label, scores_of_draws(trial, seeds, model))
            for trial in hearing
        ]
    st.markdown(
        f"**{N_DRAWS} draws** of each, seeds {seeds[0]} to {seeds[-1]}: how sure "
        f"{model.card.name if several else 'the model'} is of **{readable(label)}**. A cross: "
        "another label is the best."
    )
    if len(hearing) < len(trials):
        st.caption(f":material/info: {NO_MASKS_FOR.format(name=model.card.name)}")
    if followed:
        plain_chart(
            robustness_figure(followed),
            f"augment_robustness_{model.card.name}",
            "; ".join(
                f"{one.name}: {one.scores.kept(label)} of {N_DRAWS} draws keep {readable(label)}"
                for one in followed
            ),
        )


def _choose_edited(recipes: Sequence[Recipe]) -> int:
    chosen = min(st.session_state.get(_EDITED) or 0, len(recipes) - 1)
    st.session_state[_EDITED] = chosen
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.segmented_control(
            "Edit",
            list(range(len(recipes))),
            format_func=lambda number: plain(recipes[number].name),
            key=_EDITED,
            required=True,
        )
        full = len(recipes) >= MOST_RECIPES
        about = f"Up to {MOST_RECIPES} recipes are compared." if full else "One more, to change."
        button(
            "Copy",
            "content_copy",
            state.add_recipe,
            recipes[chosen],
            key="augment_copy",
            disabled=full,
            help=about,
        )
        only = len(recipes) == 1
        button("Remove", "delete", _remove, chosen, key="augment_remove", disabled=only)
    return chosen


def _show_editor(target: int) -> None:
    recipe = state.recipe_of(target)
    with st.container(border=True, key="augment_editor"):
        seeded(
            st.text_input,
            "Name",
            key=f"augment_name_{target}",
            value=recipe.name,
            put=lambda name: state.edit(target, name=name.strip()),
            max_chars=LONGEST_NAME,
            width=320,
        )
        steps, masks = st.columns(2, gap="large")
        with steps:
            st.markdown("**Sound**")
            for index in range(len(recipe.chain)):
                step_header(target, index)
                step_settings(target, index)
            add_step_pills(target)
        with masks:
            st.markdown("**SpecAugment**")
            policy_pills(target)
            mask_knobs(target)
            fill_control(target)


def _show_exchange(trial: Trial, recipes: Sequence[Recipe]) -> None:
    with st.expander(
        "Export and import", icon=":material/download:", key="augment_exchange", on_change="rerun"
    ) as exchange:
        if not exchange.open:
            return
        show_export(trial, recipes)
        st.text_area(
            "Recipes as JSON", key=_PASTED, placeholder="Paste what was exported here", height=120
        )
        st.button("Use these recipes", on_click=_use_pasted, key="augment_import")


def _remove(number: int) -> None:
    recipes = list(state.lab().recipes)
    del recipes[number]
    state.change(recipes=tuple(recipes))


def _use_pasted() -> None:
    try:
        values = parsed(st.session_state[_PASTED])
        some = values if isinstance(values, list) else [values]
        if not 0 < len(some) <= MOST_RECIPES:
            raise AugmentError(f"Paste 1 to {MOST_RECIPES} recipes, not {len(some)}.")
        recipes = [Recipe.from_values(value) for value in some]
    except AugmentError as error:
        state.tell(str(error))
        return
    seed = state.lab().seed if len(recipes) > 1 else recipes[0].seed
    state.change(recipes=tuple(recipes))
    state.use_seed(seed)
    st.session_state[_PASTED] = ""

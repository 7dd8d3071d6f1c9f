"""The comparison: up to four recipes on the same second, with the same seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.charts.style import readable
from kws_core.errors import AugmentError
from kws_core.lab.draw_charts import level_scale, picture_figure
from kws_core.lab.link import MOST_RECIPES
from kws_core.lab.recipe import LONGEST_NAME, Recipe, from_values, has_masks, parsed
from kws_core.lab.robustness import scores_of_draws, seeds_around
from kws_core.lab.score_charts import Followed, robustness_figure
from kws_core.lab.second import Second
from kws_core.lab.trial import (
    can_hear,
    heard,
    heard_before,
    masked,
    masks_of,
    picture_after,
    sound_after,
)
from kws_core.lab.wording import drawn_text
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
from kws_core.ui.augment.masks import sound_of_masks
from kws_core.ui.augment.steps import add_step_pills, step_header, step_settings
from kws_core.ui.augment.verdict import NO_MASKS_FOR, said
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.player import player

N_DRAWS: Final = 50

_EDITED: Final = "augment_edited"
_NAME: Final = "augment_name"
_PASTED: Final = "augment_pasted"


def show_comparison(second: Second, models: list[Recognizer], picture_model: Recognizer) -> None:
    """Show the recipes side by side, and one of them to edit."""
    if not state.lab().recipes:
        state.change(recipes=state.first_recipes())
    recipes = state.lab().recipes
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_controls()
        before = " · ".join(said(heard_before(second, model)) for model in models)
        st.markdown(f"Heard before: **{before}**")
    show_messages()
    try:
        _show_recipes(second, recipes, models, picture_model)
        for model in models:
            _show_robustness(second, recipes, model, len(models) > 1)
    except AugmentError as error:  # such as a band that this clip has nothing of
        st.error(str(error), icon=":material/error:")
    edited = _choose_edited(recipes)
    _show_editor(edited)
    hearing = [model for model in models if can_hear(recipes[edited], model)]
    _show_exchange(second, recipes, edited, (*hearing, picture_model)[0].card.name)


def _show_recipes(
    second: Second, recipes: Sequence[Recipe], models: list[Recognizer], picture_model: Recognizer
) -> None:
    config = picture_model.log_mel_config()
    assert config is not None  # that is how it was chosen
    before = [picture_after(second, r.chain, r.seed, picture_model) for r in recipes]
    after = [
        masked(picture, r.masks, r.seed, r.fill) for picture, r in zip(before, recipes, strict=True)
    ]
    scale = level_scale(*after)
    for number, column in enumerate(_columns(len(recipes))):
        recipe = recipes[number]
        masks = masks_of(recipe.masks, after[number], recipe.seed)
        with column:
            st.markdown(f"**{plain(recipe.name)}**")
            for model in models:
                st.markdown(_answer(second, recipe, model, len(models) > 1))
            st.plotly_chart(
                picture_figure(after[number], masks, config, scale, f"{second.start}"),
                key=f"augment_compared_{number}",
                config={"displaylogo": False, "displayModeBar": False},
                alt=f"The log-mel after {recipe.name}.",
            )
            sound = sound_after(second, recipe.chain, recipe.seed)
            if has_masks(recipe.masks):
                sound = sound_of_masks(second, recipe, after[number], masks, config)
            player(
                to_wav(sound, SAMPLE_RATE),
                duration=len(sound) / SAMPLE_RATE,
                key=f"augment_compared_{number}_player",
                figure_key=f"augment_compared_{number}",
                label=f"after {recipe.name}",
            )
            st.caption(_summary(recipe, masks.hidden_share))


def _columns(count: int) -> list[DeltaGenerator]:
    """Return a place for each recipe: four of them side by side would be too narrow."""
    rows = [2, 2] if count == 4 else [count]
    return [column for n in rows for column in st.columns(n, gap="medium")]


def _answer(second: Second, recipe: Recipe, model: Recognizer, several: bool) -> str:
    name = f"{model.card.name}: " if several else ""
    if not can_hear(recipe, model):
        return f"{name}takes no log-mel, so no masks"
    answer = heard(second, recipe, model)
    flipped = answer.label != heard_before(second, model).label
    return f"{name}**{said(answer)}** {'(flipped)' if flipped else ''}"


def _summary(recipe: Recipe, hidden: float) -> str:
    drawn = recipe.chain.draw(recipe.seed).draws
    parts = [plain(drawn_text(draw)) for _, draw in drawn]
    if has_masks(recipe.masks):
        parts.append(f"masks hide {hidden:.0%}, filled with {recipe.fill}")
    return f"Draw {recipe.seed}: {'; '.join(parts) or 'nothing'}."


def _show_robustness(
    second: Second, recipes: Sequence[Recipe], model: Recognizer, several: bool
) -> None:
    seeds = seeds_around(state.lab().seed, N_DRAWS)
    label = heard_before(second, model).label
    hearing = [recipe for recipe in recipes if can_hear(recipe, model)]
    with st.spinner(f"Listening to {N_DRAWS} draws of every recipe"):
        followed = [
            Followed(recipe.name, label, scores_of_draws(second, recipe, seeds, model))
            for recipe in hearing
        ]
    st.markdown(
        f"**{N_DRAWS} draws** of each, seeds {seeds[0]} to {seeds[-1]}: how sure "
        f"{model.card.name if several else 'the model'} is of **{readable(label)}**. A cross: "
        "another label is the best."
    )
    if len(hearing) < len(recipes):
        st.caption(f":material/info: {NO_MASKS_FOR.format(name=model.card.name)}")
    if followed:
        st.plotly_chart(
            robustness_figure(followed),
            key=f"augment_robustness_{model.card.name}",
            config={"displayModeBar": False},
            alt="; ".join(
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
        st.button(
            "Copy",
            icon=":material/content_copy:",
            on_click=state.add_recipe,
            args=(recipes[chosen],),
            disabled=full,
            key="augment_copy",
            help=f"Up to {MOST_RECIPES} recipes are compared." if full else "One more, to change.",
        )
        st.button(
            "Remove",
            icon=":material/delete:",
            on_click=_remove,
            args=(chosen,),
            disabled=len(recipes) == 1,
            key="augment_remove",
        )
    return chosen


def _show_editor(target: int) -> None:
    recipe = state.recipe_of(target)
    with st.container(border=True, key="augment_editor"):
        name_key = f"{_NAME}_{target}"
        st.session_state[name_key] = recipe.name
        st.text_input(
            "Name",
            max_chars=LONGEST_NAME,
            key=name_key,
            on_change=lambda: state.edit(target, name=st.session_state[name_key].strip()),
            width=320,
        )
        steps, masks = st.columns(2, gap="large")
        with steps:
            st.markdown("**Sound**")
            for index in range(len(recipe.chain.steps)):
                step_header(target, index)
                step_settings(target, index)
            add_step_pills(target)
        with masks:
            st.markdown("**SpecAugment**")
            policy_pills(target)
            mask_knobs(target)
            fill_control(target)


def _show_exchange(second: Second, recipes: Sequence[Recipe], edited: int, model: str) -> None:
    with st.expander(
        "Export and import", icon=":material/download:", key="augment_exchange", on_change="rerun"
    ) as exchange:
        if not exchange.open:
            return
        show_export(recipes[edited], second, model, together=recipes)
        st.text_area(
            "Recipes as JSON",
            key=_PASTED,
            placeholder="Paste what was exported here",
            height=120,
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
        recipes = [from_values(value) for value in some]
    except AugmentError as error:
        state.tell(str(error))
        return
    seed = state.lab().seed if len(recipes) > 1 else recipes[0].seed
    state.change(recipes=tuple(recipes))
    state.use_seed(seed)
    st.session_state[_PASTED] = ""

"""The paper's policies on this clip: as published they erase it, scaled they do not."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st

from kws_core.audio.remembered import Floats
from kws_core.charts.style import percent, readable
from kws_core.lab.draw_charts import LevelScale, level_scale, thumbnail
from kws_core.lab.published import MEANINGS, NAMED, NamedPolicy, hidden_shares
from kws_core.lab.recipe import NO_STEPS, Recipe
from kws_core.lab.robustness import scores_of_draws, seeds_around
from kws_core.lab.second import Second
from kws_core.lab.trial import heard, heard_before, masked, picture_after
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.augment import state

N_DRAWS: Final = 12


def show_policies(second: Second, model: Recognizer) -> None:
    """Show the same draw under every policy, and how much each hides on average."""
    picture = picture_after(second, NO_STEPS, 0, model)
    n_mels, n_frames = picture.shape
    st.markdown(
        f"The paper's numbers are for 80 mel bands and utterances of ten seconds and more. This "
        f"picture has {n_mels} bands and {n_frames} frames: a time mask of T = 100 frames may "
        f"hide all of it, and with W = 80 no point could move and stay inside. Scaled, widths and "
        f"warp are multiplied by {n_mels}/80 and {n_frames}/1000, so that the same share of the "
        "picture is hidden as of the paper's."
    )
    seed, fill = state.lab().seed, state.lab().fill
    followed = heard_before(second, model).label
    pictures = {named: masked(picture, named.policy, seed, fill) for named in NAMED}
    scale = level_scale(picture, *pictures.values())
    rows: dict[str, list[str]] = {
        name: []
        for name in (
            "Policy",
            "W, F, m_F, T, p, m_T",
            "Hidden, median",
            f"{N_DRAWS} draws keep {readable(followed)}",
        )
    }
    for scaled, title in ((True, "Scaled to one second"), (False, "As published")):
        st.markdown(f"**{title}**, draw {seed}")
        with st.container(horizontal=True, gap="small"):
            for named in NAMED:
                if named.scaled is scaled:
                    _cell(second, named, pictures[named], scale, model)
    for named in NAMED:
        policy = named.policy
        numbers = (
            policy.time_warp,
            policy.freq_mask,
            policy.n_freq_masks,
            policy.time_mask,
            policy.time_mask_share,
            policy.n_time_masks,
        )
        recipe = Recipe(named.name, masks=policy, fill=fill, seed=seed)
        scores = scores_of_draws(second, recipe, seeds_around(seed, N_DRAWS), model)
        shares = hidden_shares(policy, n_mels, n_frames)
        size = "scaled" if named.scaled else "published"
        values = (
            f"{named.name} {size}",
            ", ".join(f"{number:g}" for number in numbers),
            f"{float(np.median(shares)):.0%}",
            f"{scores.kept(followed)}, mean {percent(float(scores.of(followed).mean()))}",
        )
        for column, value in zip(rows.values(), values, strict=True):
            column.append(value)
    st.table(rows, border="horizontal", hide_index=True, alt="What every policy does.")


def _cell(
    second: Second, named: NamedPolicy, picture: Floats, scale: LevelScale, model: Recognizer
) -> None:
    lab = state.lab()
    recipe = Recipe(named.name, masks=named.policy, fill=lab.fill, seed=lab.seed)
    prediction = heard(second, recipe, model)
    with st.container(width=188, gap=None):
        st.image(thumbnail(picture, scale), width=188, alt=f"Log-mel under {named.name}")
        st.button(
            f"{named.name}: {readable(prediction.label)} {percent(prediction.score)}",
            type="tertiary",
            on_click=state.edit,
            args=(None,),
            kwargs={"masks": named.policy},
            key=f"augment_take_{named.name}_{named.scaled}",
            help=f"{MEANINGS[named.name]}. Show it above.",
        )

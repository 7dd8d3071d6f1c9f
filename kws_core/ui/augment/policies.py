"""The paper's policies on this clip: as published they erase it, scaled they do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import streamlit as st

from kws_core.augment.policies import POLICY_TITLES, SETTINGS
from kws_core.charts.style import percent, readable
from kws_core.lab import Trial
from kws_core.lab.draw_charts import LevelScale, level_scale, thumbnail
from kws_core.lab.published import NAMED, NamedPolicy, hidden_shares
from kws_core.lab.robustness import scores_of_draws, seeds_around
from kws_core.ui.augment import state

N_DRAWS: Final = 12


def show_policies(trial: Trial) -> None:
    """Show the same draw under every policy, and how much each hides on average."""
    model = trial.log_mel_model
    log_mel = trial.unchanged.log_mel()
    n_mels, n_frames = log_mel.shape
    st.markdown(
        f"The paper's numbers are for 80 mel bands and utterances of ten seconds and more. This "
        f"picture has {n_mels} bands and {n_frames} frames: a time mask of T = 100 frames may "
        f"hide all of it, and with W = 80 no point could move and stay inside. Scaled, widths and "
        f"warp are multiplied by {n_mels}/80 and {n_frames}/1000, so that the same share of the "
        "picture is hidden as of the paper's."
    )
    seed, followed = trial.recipe.seed, trial.answer_before(model).label
    trials = {named: trial.of(replace(trial.recipe, masks=named.policy)) for named in NAMED}
    scale = level_scale(log_mel, *(one.masked() for one in trials.values()))
    for scaled, title in ((True, "Scaled to one second"), (False, "As published")):
        st.markdown(f"**{title}**, draw {seed}")
        with st.container(horizontal=True, gap="small"):
            for named in NAMED:
                if named.scaled is scaled:
                    _cell(trials[named], named, scale)
    rows = []
    for named in NAMED:
        numbers = (f"{getattr(named.policy, setting.name):g}" for setting in SETTINGS)
        scores = scores_of_draws(trials[named], seeds_around(seed, N_DRAWS), model)
        shares = hidden_shares(named.policy, n_mels, n_frames)
        size = "scaled" if named.scaled else "published"
        kept = f"{scores.kept(followed)}, mean {percent(float(scores.of(followed).mean()))}"
        rows.append(
            {
                "Policy": f"{named.name} {size}",
                ", ".join(setting.symbol for setting in SETTINGS): ", ".join(numbers),
                "Hidden, median": percent(float(np.median(shares))),
                f"{N_DRAWS} draws keep {readable(followed)}": kept,
            }
        )
    st.table(rows, border="horizontal", hide_index=True, alt="What every policy does.")


def _cell(trial: Trial, named: NamedPolicy, scale: LevelScale) -> None:
    prediction = trial.answer(trial.log_mel_model)
    with st.container(width=188, gap=None):
        st.image(thumbnail(trial.masked(), scale), width=188, alt=f"Log-mel under {named.name}")
        st.button(
            f"{named.name}: {readable(prediction.label)} {percent(prediction.score)}",
            type="tertiary",
            on_click=state.edit,
            args=(None,),
            kwargs={"masks": named.policy},
            key=f"augment_take_{named.name}_{named.scaled}",
            help=f"{POLICY_TITLES[named.name]}. Show it above.",
        )

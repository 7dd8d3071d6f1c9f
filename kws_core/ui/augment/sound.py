"""The sound view: a chain of steps on the clip, each with its draw, its picture and its player."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from kws_core.audio.waveform import Samples
from kws_core.augment.step import signed
from kws_core.charts.panels import Snapshot
from kws_core.errors import AugmentError
from kws_core.lab import Trial
from kws_core.lab.draw_charts import level_scale, shared_peak, sounds_figure, step_figure
from kws_core.lab.knobs import SOUND_KNOBS
from kws_core.lab.trial import Stage
from kws_core.ui.augment.controls import draw_controls, show_messages
from kws_core.ui.augment.sections import show_sections
from kws_core.ui.augment.steps import add_step_pills, drawn_text, step_header, step_settings
from kws_core.ui.augment.verdict import said, show_score_bars, show_verdict
from kws_core.ui.shared.chart import plain_chart
from kws_core.ui.shared.player import player

PICTURE: Final = "augment_sound_picture"


def show_sound(trial: Trial) -> None:
    """Show everything of the changes to the sound."""
    with st.container(horizontal=True):
        draw_controls(trial.recipe)
    show_messages()
    try:
        stages = trial.stages()
    except AugmentError as error:  # such as a band that this clip has nothing of
        st.error(str(error), icon=":material/error:")
        for index in range(len(trial.recipe.chain)):
            step_header(None, index)
            step_settings(None, index)
        return
    show_verdict(trial)
    _show_before_and_after(trial, stages)
    st.markdown("**The chain**, from the first step to the last")
    for index in range(len(stages)):
        _card(trial, stages, index)
    if not stages:
        st.caption("No step yet: the clip stays as it is.")
    add_step_pills(None)
    show_sections(trial, SOUND_KNOBS)


def _show_before_and_after(trial: Trial, stages: Sequence[Stage]) -> None:
    pictures, answers = st.columns([3, 2], gap="medium")
    before = Snapshot(trial.second.samples, trial.unchanged.log_mel())
    after = Snapshot(trial.sound(), trial.log_mel())
    with pictures:
        done = ", ".join(drawn_text(stage.draw) for stage in stages) or "nothing was done"
        figure = sounds_figure(before, after, trial.config, f"{trial.second.start}")
        plain_chart(figure, PICTURE, f"Waveform and log-mel before and after: {done}.")
    with answers:
        for title, samples in (("Before", before.samples), ("After", after.samples)):
            with st.container(gap=None):
                st.caption(title)
                key, label = title.lower(), f"{trial.second.name} {title.lower()}"
                player(samples, key=f"augment_sound_{key}_player", figure_key=PICTURE, label=label)
        _say_level(before.samples, after.samples)
        show_score_bars(trial)


def _card(trial: Trial, stages: Sequence[Stage], index: int) -> None:
    stage, model = stages[index], trial.models[0]
    name = stage.step.name
    key = f"augment_step_{name}"
    log_mels = (trial.unchanged.log_mel(), *(one.log_mel for one in stages))
    sounds = (trial.second.samples, *(one.samples for one in stages))
    with st.container(border=True, key=f"augment_card_{name}"):
        step_header(None, index)
        settings, shown = st.columns([2, 3], gap="medium")
        with settings:
            step_settings(None, index)
        with shown:
            part = trial.after_step(index + 1)
            st.markdown(
                f"Drawn: **{drawn_text(stage.draw)}**. Heard after it: "
                f"**{said(part.answer(model))}**" + (" (flipped)" if part.flips(model) else "")
            )
            figure = step_figure(
                Snapshot(stage.samples, stage.log_mel),
                trial.config,
                level_scale(*log_mels),
                shared_peak(*sounds),
                f"{trial.second.start}",
            )
            plain_chart(figure, key, f"The sound after {name}: {drawn_text(stage.draw)}.")
            label = f"after step {index + 1}"
            player(stage.samples, key=f"{key}_player", figure_key=key, label=label)


def _say_level(before: Samples, after: Samples) -> None:
    """Tell how loud both are, and what of it a file can't hold."""
    if not before.any():
        st.caption(
            ":material/volume_off: This second is digital silence. Noise cannot be added at a "
            "signal-to-noise ratio when there is no signal."
        )
        return
    levels = [_level_db(samples) for samples in (before, after)]
    peak = float(np.abs(after).max())
    text = f"At their own levels: {signed(levels[0], 0)} dBFS before, {signed(levels[1], 0)} after."
    if peak > 1:
        over = signed(20 * math.log10(peak))
        text += (
            f" The peak is {over} dB over full scale: a file is clipped there, so the player "
            "is, too; the model gets the sound as it is."
        )
    st.caption(text)


def _level_db(samples: Samples) -> float:
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return 10 * math.log10(max(power, 1e-10))

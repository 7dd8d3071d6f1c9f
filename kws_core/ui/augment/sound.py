"""The sound view: a chain of steps on the clip, each with its draw, its picture and its player."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import streamlit as st

from kws_core.audio.waveform import SAMPLE_RATE, Samples, to_wav
from kws_core.augment import Chain
from kws_core.charts.panels import Snapshot
from kws_core.errors import AugmentError
from kws_core.features.front_ends import LogMelConfig
from kws_core.lab.draw_charts import level_scale, shared_peak, sounds_figure, step_figure
from kws_core.lab.knobs import SOUND_KNOBS
from kws_core.lab.recipe import NO_STEPS, Recipe
from kws_core.lab.second import Second
from kws_core.lab.trial import Stage, heard, heard_before, picture_after, stages_of
from kws_core.lab.wording import drawn_text, signed
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.augment import state
from kws_core.ui.augment.controls import draw_controls, show_messages
from kws_core.ui.augment.sections import show_sections
from kws_core.ui.augment.steps import add_step_pills, step_header, step_settings
from kws_core.ui.augment.verdict import said, show_score_bars, show_verdict
from kws_core.ui.shared.player import player

PICTURE: Final = "augment_sound_picture"


def show_sound(
    second: Second, models: list[Recognizer], picture_model: Recognizer, clip_name: str
) -> None:
    """Show everything of the changes to the sound."""
    recipe = state.lab().sound_recipe
    with st.container(horizontal=True):
        draw_controls(recipe)
    show_messages()
    try:
        stages = stages_of(second, recipe.chain, recipe.seed)
    except AugmentError as error:  # such as a band that this clip has nothing of
        st.error(str(error), icon=":material/error:")
        for index in range(len(recipe.chain.steps)):
            step_header(None, index)
            step_settings(None, index)
        return
    show_verdict(second, recipe, models)
    config = picture_model.log_mel_config()
    assert config is not None  # that is how it was chosen
    shots = _snapshots(second, recipe, stages, picture_model)
    _show_before_and_after(second, recipe, stages, shots, config, clip_name, models)
    st.markdown("**The chain**, from the first step to the last")
    for index, stage in enumerate(stages):
        _card(second, recipe, index, stage, shots, config, models[0])
    if not stages:
        st.caption("No step yet: the clip stays as it is.")
    add_step_pills(None)
    show_sections(second, recipe, models, picture_model, SOUND_KNOBS)


def _show_before_and_after(
    second: Second,
    recipe: Recipe,
    stages: tuple[Stage, ...],
    shots: list[Snapshot],
    config: LogMelConfig,
    clip_name: str,
    models: list[Recognizer],
) -> None:
    pictures, answers = st.columns([3, 2], gap="medium")
    with pictures:
        done = ", ".join(drawn_text(stage.draw) for stage in stages) or "nothing was done"
        st.plotly_chart(
            sounds_figure(shots[0], shots[-1], config, f"{second.start}"),
            key=PICTURE,
            config={"displaylogo": False, "displayModeBar": False},
            alt=f"Waveform and log-mel before and after: {done}.",
        )
    with answers:
        _play("Before", second.samples, "before", f"{clip_name} before", PICTURE)
        _play("After", shots[-1].samples, "after", f"{clip_name} after", PICTURE)
        _say_level(second.samples, shots[-1].samples)
        show_score_bars(second, recipe, models)


def _snapshots(
    second: Second, recipe: Recipe, stages: tuple[Stage, ...], model: Recognizer
) -> list[Snapshot]:
    """Return the sound before the first step and after each."""
    shots = [Snapshot(second.samples, picture_after(second, NO_STEPS, 0, model))]
    for number, stage in enumerate(stages, 1):
        part = Chain(recipe.chain.steps[:number])
        shots.append(Snapshot(stage.samples, picture_after(second, part, recipe.seed, model)))
    return shots


def _card(
    second: Second,
    recipe: Recipe,
    index: int,
    stage: Stage,
    shots: list[Snapshot],
    config: LogMelConfig,
    model: Recognizer,
) -> None:
    name = stage.step.name
    key = f"augment_step_{name}"
    with st.container(border=True, key=f"augment_card_{name}"):
        step_header(None, index)
        settings, shown = st.columns([2, 3], gap="medium")
        with settings:
            step_settings(None, index)
        with shown:
            part = Chain(recipe.chain.steps[: index + 1])
            answer = heard(second, Recipe("Part", part, seed=recipe.seed), model)
            flipped = answer.label != heard_before(second, model).label
            st.markdown(
                f"Drawn: **{drawn_text(stage.draw)}**. Heard after it: **{said(answer)}**"
                + (" (flipped)" if flipped else "")
            )
            st.plotly_chart(
                step_figure(
                    shots[index + 1],
                    config,
                    level_scale(*(shot.picture for shot in shots)),
                    shared_peak(*(shot.samples for shot in shots)),
                    f"{second.start}",
                ),
                key=key,
                config={"displaylogo": False, "displayModeBar": False},
                alt=f"The sound after {name}: {drawn_text(stage.draw)}.",
            )
            _play("", stage.samples, key, f"after step {index + 1}", key)


def _play(title: str, samples: Samples, key: str, label: str, figure: str) -> None:
    with st.container(gap=None):
        if title:
            st.caption(title)
        player(
            to_wav(samples, SAMPLE_RATE),
            duration=len(samples) / SAMPLE_RATE,
            key=f"{key}_player" if key.startswith("augment") else f"augment_sound_{key}_player",
            figure_key=figure,
            label=label,
        )


def _say_level(before: Samples, after: Samples) -> None:
    """Tell how loud both are, and what of it a file can't hold."""
    if not before.any():
        st.caption(
            ":material/volume_off: This second is digital silence, and stays it: nothing can be "
            "added at a ratio to nothing."
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

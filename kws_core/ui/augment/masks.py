"""The SpecAugment view: a log-mel before and after its masks, and what became of it."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import SAMPLE_RATE, Samples, to_wav
from kws_core.augment.inversion import sound_of_picture
from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.features.front_ends import LogMelConfig
from kws_core.lab.draw_charts import masked_figure
from kws_core.lab.knobs import MASK_KNOBS
from kws_core.lab.published import hidden_shares, too_large
from kws_core.lab.recipe import NO_STEPS, Recipe
from kws_core.lab.second import Second
from kws_core.lab.trial import masked, masks_of, picture_after, sound_after
from kws_core.lab.wording import drawn_numbers, fill_text
from kws_core.spotting.recognizer import Recognizer
from kws_core.ui.augment import state
from kws_core.ui.augment.controls import (
    draw_controls,
    fill_control,
    mask_knobs,
    policy_pills,
    show_messages,
)
from kws_core.ui.augment.sections import show_sections
from kws_core.ui.augment.verdict import show_score_bars, show_verdict
from kws_core.ui.shared.player import player

PICTURE: Final = "augment_picture"


def show_masks(
    second: Second, models: list[Recognizer], picture_model: Recognizer, clip_name: str
) -> None:
    """Show everything of SpecAugment."""
    recipe = state.lab().mask_recipe
    with st.container(horizontal=True, vertical_alignment="center"):
        policy_pills(None)
        draw_controls(recipe)
    show_messages()
    show_verdict(second, recipe, models)
    config = picture_model.log_mel_config()
    assert config is not None  # that is how it was chosen
    before = picture_after(second, NO_STEPS, 0, picture_model)
    masks = masks_of(recipe.masks, before, recipe.seed)
    after = masked(before, recipe.masks, recipe.seed, recipe.fill)
    pictures, answers = st.columns([3, 2], gap="medium")
    with pictures:
        st.plotly_chart(
            masked_figure(before, after, masks, config, f"{second.start}"),
            key=PICTURE,
            config={"displaylogo": False, "displayModeBar": False},
            alt=_described(masks),
        )
    with answers:
        _players(second, masks, after, config, clip_name)
        show_score_bars(second, recipe, models)
    settings, drawn = st.columns([3, 2], gap="medium")
    with settings:
        mask_knobs(None)
        fill_control(None)
        st.caption(fill_text(recipe.fill, before))
        _say_too_large(recipe, before)
    with drawn:
        _show_drawn(masks, config)
    show_sections(second, recipe, models, picture_model, MASK_KNOBS)


def sound_of_masks(
    second: Second, recipe: Recipe, picture: Floats, masks: SpecAugmentDraw, config: LogMelConfig
) -> Samples:
    """Return the sound of a recipe's masked picture, kept with the second."""
    key = ("inverted", recipe.chain, recipe.masks, recipe.fill, recipe.seed, config)
    return second.recall(
        key,
        lambda: sound_of_picture(
            sound_after(second, recipe.chain, recipe.seed), picture, masks, config
        ),
    )


def _players(
    second: Second, masks: SpecAugmentDraw, after: Floats, config: LogMelConfig, name: str
) -> None:
    recipe = state.lab().mask_recipe
    sound = sound_of_masks(second, recipe, after, masks, config)
    for title, samples, key in (
        ("Before", second.samples, "before"),
        ("After: the masked picture as sound", sound, "after"),
    ):
        with st.container(gap=None):
            st.caption(title)
            player(
                to_wav(samples, SAMPLE_RATE),
                duration=len(samples) / SAMPLE_RATE,
                key=f"augment_{key}_player",
                figure_key=PICTURE,
                label=f"{name} {key} SpecAugment",
            )
    st.caption(
        f"A picture holds no waves. These are the clip's own: its spectrum, brought to the levels "
        f"of the picture, with the phase it had. Nothing above {config.f_max / 1000:g} kHz is "
        "left, as in the picture. The levels are not evened out."
    )


def _show_drawn(masks: SpecAugmentDraw, config: LogMelConfig) -> None:
    st.markdown(f"**Draw {state.lab().seed}** hides {masks.hidden_share:.0%} of the picture")
    rows = drawn_numbers(masks, config)
    if not rows:
        st.caption("Nothing is drawn: there are no masks, and nothing is warped.")
        return
    st.table(
        {
            "": [row.what for row in rows],
            "Drawn": [row.numbers for row in rows],
            "In the picture": [row.place for row in rows],
        },
        border="horizontal",
        hide_index=True,
        alt="The numbers that were drawn.",
    )
    st.caption(
        "Move a knob, and the draw stays: each mask keeps its place and is only stretched. The "
        "widths are drawn from 0 to F or T, all as likely, so a mask may be empty."
    )


def _say_too_large(recipe: Recipe, picture: Floats) -> None:
    n_mels, n_frames = picture.shape
    reasons = too_large(recipe.masks, n_mels, n_frames)
    if not reasons:
        return
    shares = hidden_shares(recipe.masks, n_mels, n_frames)
    half = float(np.median(shares))
    most = float((shares > 0.75).mean())
    st.warning(
        f"**Too much for one second.** {' '.join(reasons)} Half of all draws hide more than "
        f"{half:.0%} of the picture, and {most:.0%} of them more than three quarters. The "
        "published numbers are for utterances of ten seconds and more.",
        icon=":material/visibility_off:",
    )


def _described(masks: SpecAugmentDraw) -> str:
    n = len(masks.freq_masks), len(masks.time_masks)
    return (
        f"The log-mel before and after {n[0]} frequency masks and {n[1]} time masks, which hide "
        f"{masks.hidden_share:.0%} of it, and the difference."
    )

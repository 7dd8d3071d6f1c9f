"""The SpecAugment view: a log-mel before and after its masks, and what became of it."""

from __future__ import annotations

from typing import Final

import numpy as np
import streamlit as st

from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.charts.style import percent
from kws_core.lab import Trial
from kws_core.lab.draw_charts import masked_figure
from kws_core.lab.knobs import MASK_KNOBS
from kws_core.lab.mask_text import drawn_numbers, fill_text, too_large
from kws_core.lab.published import hidden_shares
from kws_core.ui.augment.controls import (
    draw_controls,
    fill_control,
    mask_knobs,
    policy_pills,
    show_messages,
)
from kws_core.ui.augment.sections import show_sections
from kws_core.ui.augment.verdict import show_score_bars, show_verdict
from kws_core.ui.shared.chart import plain_chart
from kws_core.ui.shared.player import player

PICTURE: Final = "augment_picture"
NUMBERS: Final = "Size, number and fill of the masks"


def show_masks(trial: Trial) -> None:
    """Show everything of SpecAugment."""
    with st.container(horizontal=True):
        draw_controls(trial.recipe)
    show_messages()
    show_verdict(trial)
    masks = trial.masks()
    pictures, answers = st.columns([3, 2], gap="medium")
    with pictures:
        figure = masked_figure(
            trial.log_mel(), trial.masked(), masks, trial.config, f"{trial.second.start}"
        )
        plain_chart(figure, PICTURE, _described(masks))
    with answers:
        hidden = percent(masks.hidden_share)
        st.markdown(f"**Draw {trial.recipe.seed}** hides {hidden} of the log-mel.")
        _players(trial)
        show_score_bars(trial)
    policy_pills(None)
    _say_too_large(trial)
    with st.expander(NUMBERS, icon=":material/tune:", key="augment_numbers"):
        settings, drawn = st.columns([3, 2], gap="medium")
        with settings:
            mask_knobs(None)
            fill_control(None)
            st.caption(fill_text(trial.recipe.fill, trial.log_mel()))
        with drawn:
            _show_drawn(trial)
    show_sections(trial, MASK_KNOBS)


def _players(trial: Trial) -> None:
    for title, samples, key in (
        ("Before", trial.second.samples, "before"),
        ("After: the masked picture as sound", trial.masked_sound(), "after"),
    ):
        with st.container(gap=None):
            st.caption(title)
            player(
                samples,
                key=f"augment_{key}_player",
                figure_key=PICTURE,
                label=f"{trial.second.name} {key} SpecAugment",
            )
    st.caption(
        f"A spectrogram has no phase, so this sound reuses the clip's. Like the chart, it stops at "
        f"{trial.config.f_max / 1000:g} kHz; loudness is not equalised."
    )


def _show_drawn(trial: Trial) -> None:
    masks = trial.masks()
    rows = drawn_numbers(masks, trial.config)
    if not rows:
        st.caption("Nothing is drawn: there are no masks, and nothing is warped.")
        return
    masked, drawn, places = zip(*rows, strict=True)
    st.table(
        {"Mask": masked, "Drawn": drawn, "In the picture": places},
        border="horizontal",
        hide_index=True,
        alt="The numbers that were drawn.",
    )
    st.caption(
        "Changing a setting keeps this draw: masks stay in place and change width. Widths are "
        "uniform from 0 to F (or T), so a mask can be empty."
    )


def _say_too_large(trial: Trial) -> None:
    n_mels, n_frames = trial.log_mel().shape
    reasons = too_large(trial.recipe.masks, n_mels, n_frames)
    if not reasons:
        return
    shares = hidden_shares(trial.recipe.masks, n_mels, n_frames)
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

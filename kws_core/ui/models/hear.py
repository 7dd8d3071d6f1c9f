"""Hear what mattered: the clip masked by a map, beside the whole clip and the rest of it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from kws_core.audio.remembered import Floats
from kws_core.audio.waveform import SAMPLE_RATE
from kws_core.augment.specaugment import SpecAugmentDraw
from kws_core.charts.style import percent, readable
from kws_core.explain.masking import mask_of, masked_picture, sound_of_mask
from kws_core.explain.methods import Method
from kws_core.features.front_ends import LogMelConfig
from kws_core.lab.draw_charts import level_scale, picture_figure
from kws_core.ui.clip import current_clip
from kws_core.ui.models import texts
from kws_core.ui.models.choices import choice
from kws_core.ui.models.controls import chart
from kws_core.ui.models.question import Question, explanation
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.player import player


def show_sound(question: Question) -> None:
    """Show and play what a map lets through of the clip, and what it does not."""
    config = question.listener.log_mel_config()
    if config is None:
        st.info(texts.NO_SOUND, icon=":material/volume_off:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method: Method = choice("method", "Map", label_visibility="visible")
        kept = int(choice("kept", "Cells kept whole", label_visibility="visible"))
    mask = mask_of(explanation(question, method).attribution, kept / 100)
    parts = (
        ("clip", "The clip", np.ones_like(mask)),
        ("kept", "What mattered", mask),
        ("rest", "The rest", 1 - mask),
    )
    for column, (name, title, part) in zip(st.columns(3, gap="medium"), parts, strict=True):
        with column:
            st.markdown(f"**{title}**")
            _show_part(question, (name, method, kept), part, config)
    st.caption(texts.HEAR.format(word=plain(question.word), top=config.f_max / 1000, kept=kept))


def _show_part(
    question: Question, part: tuple[str, Method, int], mask: Floats, config: LogMelConfig
) -> None:
    name = part[0]
    key = ("heard", *part, *question.key)
    clip = question.second.samples
    sound = (
        clip
        if name == "clip"
        else question.second.recall(
            key, lambda: sound_of_mask(clip, question.picture, mask, config)
        )
    )
    left = masked_picture(question.picture, mask, config)
    chart(
        picture_figure(
            left,
            SpecAugmentDraw(*left.shape),
            config,
            level_scale(question.picture),
            current_clip.current().key,
        ),
        f"models_why_{name}",
        f"The log-mel of {name} cells.",
    )
    player(
        sound,
        key=f"models_why_{name}_player",
        figure_key=f"models_why_{name}",
        label=f"{question.word} {name}",
    )
    heard = question.listener.classify(sound, SAMPLE_RATE)
    ours = heard.scores[question.listener.labels[question.label]]
    text = f"Recognised as **{plain(readable(heard.label))}** {plain(percent(heard.score))}"
    if readable(heard.label) != question.word:
        text += f", {plain(question.word)} {plain(percent(ours))}"
    st.markdown(f"{text}.")

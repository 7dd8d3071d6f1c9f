"""A chosen clip with its answer, picture and facts."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import streamlit as st

from kws_core.charts.clip import clip_figure, describe_clip
from kws_core.features.front_ends import LN_TO_DB, LogMelConfig
from kws_core.labels import WORDS
from kws_core.ui.clip import texts
from kws_core.ui.clip.current_clip import ChosenClip
from kws_core.ui.clip.heard import ALONE, Heard, heard_in
from kws_core.ui.clip.verdict import found_labels, show_scores, show_verdict
from kws_core.ui.shared.board import word_board
from kws_core.ui.shared.chart import plain_chart
from kws_core.ui.shared.commands import commands_choice
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.player import player

PLAYER: Final = "clip_player"
_PICTURE: Final = "clip_picture"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


def show_analysis(chosen: ChosenClip) -> None:
    """Show the answer beside player and picture, and below them everything else about a clip."""
    heard = heard_in(chosen)
    answer, picture = st.columns([2, 5], gap="medium")
    with answer:
        show_verdict(heard, chosen.clip, PLAYER)
        if not heard.is_single:
            commands_choice(ALONE, texts.COMMANDS_HELP, persist_state="session")
        if heard.prediction is not None:
            show_scores(heard.prediction, "" if heard.is_single else texts.SCORES_AROUND)
    with picture:
        show_picture(chosen, heard)
    _facts(chosen)
    st.markdown(f"**{texts.BOARD.format(n=len(WORDS))}**")
    show_board(chosen, "clip_board")
    _what_the_model_sees(heard, len(chosen.clip.samples))
    _timing(heard)


def show_board(chosen: ChosenClip, key: str) -> None:
    """Show the words as tiles; those found in the clip are lit."""
    found = found_labels(heard_in(chosen))
    with st.container(key=f"{key}_place"):
        word_board(WORDS, key, texts.BOARD.format(n=len(WORDS)), found)


def show_summary(chosen: ChosenClip) -> None:
    """Show the answer beside player and picture."""
    heard = heard_in(chosen)
    answer, picture = st.columns([2, 5], gap="medium")
    with answer:
        st.caption(texts.SECONDS.format(name=plain(chosen.name), seconds=chosen.clip.duration))
        show_verdict(heard, chosen.clip, PLAYER)
    with picture:
        show_picture(chosen, heard)


def show_picture(chosen: ChosenClip, heard: Heard) -> None:
    """Show the waveform and the model's input, with a player whose cursor runs over them."""
    clip = chosen.clip
    with st.container(key=f"{PLAYER}_place"):
        player(
            clip.samples,
            key=PLAYER,
            sample_rate=clip.sample_rate,
            figure_key=_PICTURE,
            label=chosen.name,
        )
    if heard.log_mel is None or heard.config is None:
        return
    # As loud as it was recorded: amplified silence would look bright.
    samples = clip.samples * np.float32(10 ** (-clip.gain_db / 20))
    log_mel = heard.log_mel - np.float32(clip.gain_db / LN_TO_DB)
    figure = clip_figure(samples, clip.sample_rate, log_mel, heard.config, heard.words)
    # A zoom is for one clip: the next one is seen whole.
    figure.update_layout(uirevision=chosen.key)
    plain_chart(figure, _PICTURE, describe_clip(clip.samples, clip.sample_rate, heard.words))


def _facts(chosen: ChosenClip) -> None:
    clip = chosen.clip
    channels = {1: "mono", 2: "stereo"}.get(clip.channels, f"{clip.channels} channels")
    facts = {
        texts.LENGTH: f"{clip.duration:.2f} s",
        texts.LEVEL: f"{_signed(clip.level_db - clip.gain_db)} dBFS",
        texts.PEAK: f"{_signed(20 * math.log10(max(clip.peak, 1e-5)) - clip.gain_db)} dBFS",
        texts.FORMAT: f"{clip.source_rate / 1000:g} kHz, {channels}",
    }
    listed = (f"{name} **{value}**".replace(" ", _NO_BREAK) for name, value in facts.items())
    st.markdown(" · ".join(listed))
    if clip.notes:
        notes = [f"{note[0].upper()}{note[1:]}." for note in clip.notes]
        st.caption(f":material/info: {' '.join(notes)}")


def _signed(level: float) -> str:
    return f"{level:.0f}".replace("-", "−")


def _what_the_model_sees(heard: Heard, n_samples: int) -> None:
    config = heard.config
    if config is None or heard.log_mel is None:
        return
    with st.container(border=True):
        st.markdown(texts.MODEL_SEES)
        st.caption(_explained(config))
        if n_samples < config.n_samples:
            seconds = config.n_samples / config.sample_rate
            st.caption(texts.SHORT_CLIP.format(seconds=seconds))


def _explained(config: LogMelConfig) -> str:
    return texts.MODEL_SEES_ALL.format(
        bands=config.n_mels,
        top=config.f_max / 1000,
        hop=1000 * config.hop_length / config.sample_rate,
        seconds=config.n_samples / config.sample_rate,
        frames=config.n_frames,
    )


def _timing(heard: Heard) -> None:
    listed = ", ".join(f"{step} {1000 * seconds:.1f} ms" for step, seconds in heard.steps.items())
    st.caption(texts.TIMING.format(steps=listed))

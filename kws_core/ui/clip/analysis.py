"""Everything that is shown of a chosen clip: the words, the scores, the picture, the facts."""

from __future__ import annotations

import math
from typing import Final

import streamlit as st

from kws_core.audio.waveform import to_wav
from kws_core.charts.clip import clip_figure, describe_clip
from kws_core.features.front_ends import LogMelConfig
from kws_core.ui.clip.current_clip import ChosenClip
from kws_core.ui.clip.heard import Heard, heard_in
from kws_core.ui.clip.verdict import show_next_best, show_scores, show_verdict
from kws_core.ui.shared.messages import plain
from kws_core.ui.shared.player import player

_PICTURE: Final = "clip_picture"
_AROUND_THE_WORD: Final = "In the part of the recording that has the word in its middle."
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


def show_analysis(chosen: ChosenClip) -> None:
    """Show all there is to know about a clip."""
    heard = heard_in(chosen)
    if heard.prediction is None:
        with st.container(border=True):
            show_verdict(heard)
    else:
        verdict, scores = st.columns([2, 3], border=True)
        with verdict:
            show_verdict(heard)
            show_next_best(heard.prediction)
        with scores:
            show_scores(heard.prediction, "" if heard.is_single else _AROUND_THE_WORD)
    show_picture(chosen, heard)
    _facts(chosen)
    _what_the_model_sees(heard, len(chosen.clip.samples))
    _timing(heard)


def show_summary(chosen: ChosenClip) -> None:
    """Show what was heard, and the picture."""
    heard = heard_in(chosen)
    verdict, picture = st.columns([2, 5], gap="medium")
    with verdict:
        st.caption(f"{plain(chosen.name)}, {chosen.clip.duration:.1f} s")
        show_verdict(heard)
    with picture:
        show_picture(chosen, heard)


def show_picture(chosen: ChosenClip, heard: Heard) -> None:
    """Show the waveform and what the model sees of it, with a player whose cursor runs over it."""
    clip = chosen.clip
    player(
        to_wav(clip.samples, clip.sample_rate),
        duration=clip.duration,
        key="clip_player",
        figure_key=_PICTURE,
        label=chosen.name,
    )
    if heard.log_mel is None or heard.config is None:
        return
    figure = clip_figure(clip.samples, clip.sample_rate, heard.log_mel, heard.config, heard.words)
    # A zoom is for one clip: the next one is seen whole.
    figure.update_layout(uirevision=chosen.key)
    st.plotly_chart(
        figure,
        key=_PICTURE,
        config={"displaylogo": False, "displayModeBar": False},
        alt=describe_clip(clip.samples, clip.sample_rate, heard.words),
    )


def _facts(chosen: ChosenClip) -> None:
    clip = chosen.clip
    peak = 20 * math.log10(max(clip.peak, 1e-5))
    channels = {1: "mono", 2: "stereo"}.get(clip.channels, f"{clip.channels} channels")
    facts = {
        "Length": f"{clip.duration:.2f} s",
        "Level": f"{_signed(clip.level_db)} dBFS",
        "Peak": f"{_signed(peak)} dBFS",
        "Source": f"{clip.source_rate / 1000:g} kHz, {channels}",
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
        st.markdown("**What the model sees**")
        st.caption(_explained(config))
        if n_samples < config.n_samples:
            st.caption(
                "This clip is shorter: the model gets it in the middle of a second of faint noise, "
                "as loud as the clip's own quietest moments."
            )


def _explained(config: LogMelConfig) -> str:
    window, hop, second = (
        1000 * samples / config.sample_rate
        for samples in (config.win_length, config.hop_length, config.n_samples)
    )
    return (
        f"Not the sound itself, but the lower picture: how strong each of {config.n_mels} mel "
        f"bands from {config.f_min:g} Hz to {config.f_max / 1000:g} kHz is, every {hop:g} ms, in "
        f"a window of {window:g} ms, on a logarithmic scale (brighter is stronger). Mel bands are "
        f"narrow for low frequencies and wide for high ones, as for the ear. {second / 1000:g} s "
        f"of sound is {config.n_mels} × {config.n_frames} numbers."
    )


def _timing(heard: Heard) -> None:
    listed = ", ".join(f"{step} {1000 * seconds:.1f} ms" for step, seconds in heard.steps.items())
    st.caption(f":material/timer: On this server: {listed}.")

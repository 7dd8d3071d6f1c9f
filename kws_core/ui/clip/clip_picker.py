"""Where a clip comes from: a sample, the microphone, or a file."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from kws_core.audio.clip import MAX_SECONDS
from kws_core.audio.formats import FORMATS
from kws_core.audio.read import MAX_BYTES
from kws_core.audio.waveform import HIGHEST_RATE, LOWEST_RATE
from kws_core.labels import WORDS
from kws_core.samples import Sample
from kws_core.ui.clip import current_clip, texts
from kws_core.ui.clip.current_clip import RECORDING_NAME, ChosenClip, Source
from kws_core.ui.shared import given, resources
from kws_core.ui.shared.button import button, quiet_button
from kws_core.ui.shared.messages import (
    INSECURE_PAGE,
    MICROPHONE_HELP,
    PRIVACY,
    can_have_microphone,
    plain,
)
from kws_core.ui.shared.microphone_problem import microphone_problem
from kws_core.ui.shared.seeded import seeded

SAMPLE_RATE_ASKED: Final = 16_000  # Hz, what the models hear: nothing is gained from more


def clip_picker() -> ChosenClip | None:
    """Let a person choose a clip; None while the chosen source has given none."""
    source = current_clip.source()
    seeded(
        st.segmented_control,
        texts.SOURCE,
        list(texts.SOURCES),
        key="picker_source",
        value=source,
        put=current_clip.choose_source,
        format_func=lambda name: texts.SOURCES[name],
        required=True,
        label_visibility="collapsed",
    )
    match source:
        case "sample":
            sample_pills()
        case "record":
            _recorder()
        case "upload":
            _uploader()
    if source != "sample":
        _say_failure(source)
        _say_what_is_kept(source)
    if source == "record":
        _recording_help()
    return current_clip.clip_of(source)


def clip_popover(page: str) -> ChosenClip:
    """Offer other clips behind a button that names the current one; returns that."""
    chosen = current_clip.current()
    with st.popover(named(chosen), icon=":material/graphic_eq:", key=f"{page}_clip_popover"):
        clip_picker()
    return chosen


def named(chosen: ChosenClip) -> str:
    """Return a clip's name and length, for Markdown."""
    return f"{plain(chosen.name)}, {chosen.clip.duration:.1f} s"


def sample_pills() -> None:
    """Offer every sample recording at one click."""
    chosen = current_clip.sample_name() if current_clip.source() == "sample" else None
    samples = resources.samples()
    seeded(
        st.pills,
        texts.SAMPLES,
        list(samples),
        key="picker_sample",
        value=chosen,
        put=current_clip.choose_sample,
        format_func=lambda name: short_title(samples[name]),
        required=True,
        label_visibility="collapsed",
    )


def short_title(sample: Sample) -> str:
    """Return what a sample is called on its button."""
    match sample.kind:
        case "word":
            return sample.words[0].label
        case "noisy":
            return texts.IN_NOISE.format(word=sample.words[0].label)
        case "sentence":
            return texts.SENTENCE


def _recorder() -> None:
    if not can_have_microphone(st.context.url):
        st.warning(INSECURE_PAGE, icon=":material/no_encryption:")
    else:
        microphone_problem("picker_microphone_problem", texts.WITHOUT_MICROPHONE)
    key = given.key_of("picker_record")
    st.audio_input(
        texts.RECORD,
        sample_rate=SAMPLE_RATE_ASKED,
        key=key,
        on_change=_take,
        args=("record", key),
        help=texts.LIMIT.format(seconds=MAX_SECONDS),
    )


def _recording_help() -> None:
    with st.container(horizontal=True):
        with st.popover(texts.WHICH_WORDS, type="tertiary", icon=":material/list:"):
            st.markdown(texts.WORDS.format(n=len(WORDS), words=", ".join(WORDS)))
        with st.popover(texts.MICROPHONE, type="tertiary", icon=":material/mic_off:"):
            st.markdown(MICROPHONE_HELP)


def _uploader() -> None:
    key = given.key_of("picker_upload")
    st.file_uploader(
        texts.UPLOAD,
        max_upload_size=MAX_BYTES // 2**20,
        key=key,
        on_change=_take,
        args=("upload", key),
        help=texts.FORMATS.format(formats=", ".join(known.name for known in FORMATS))
        + texts.LIMIT.format(seconds=MAX_SECONDS),
    )
    _correction(key)


def _correction(key: str) -> None:
    """Show the rate of an upload and let it be corrected; let a channel be chosen."""
    upload, kept = st.session_state.get(key), current_clip.clip_of("upload")
    if upload is None or kept is None or current_clip.failure_of("upload") is not None:
        return
    again: dict[str, Any] = {"on_change": _take, "args": ("upload", key)}
    title = texts.CORRECTION.format(rate=kept.clip.source_rate / 1000)
    with st.popover(title, type="tertiary", icon=":material/tune:"):
        st.number_input(
            texts.RATE,
            LOWEST_RATE,
            HIGHEST_RATE,
            kept.clip.source_rate,
            key=f"picker_rate_{upload.file_id}",
            help=texts.RATE_HELP,
            **again,
        )
        if kept.clip.channels > 1:
            st.selectbox(
                texts.CHANNEL,
                [None, *range(1, kept.clip.channels + 1)],
                format_func=lambda channel: texts.BEST_CHANNEL if channel is None else str(channel),
                key=f"picker_channel_{upload.file_id}",
                **again,
            )


def _take(source: Source, key: str) -> None:
    sound = st.session_state[key]
    if sound is None:  # removed in the widget itself
        current_clip.withdraw(source)
    else:
        name = RECORDING_NAME if source == "record" else sound.name
        channel, rate = (
            st.session_state.get(f"picker_{what}_{sound.file_id}") for what in ("channel", "rate")
        )
        current_clip.take(source, name, sound.getvalue(), channel, rate)
        if source == "record":
            given.empty("picker_record")  # ready for the next one, and no second player


def _say_failure(source: Source) -> None:
    message = current_clip.failure_of(source)
    if message is None:
        return
    kept = current_clip.clip_of(source)
    st.error(message, icon=":material/error:")
    if kept is None:
        button(
            texts.TRY_SAMPLE,
            "library_music",
            current_clip.choose_source,
            "sample",
            key="picker_try_sample",
        )


def _say_what_is_kept(source: Source) -> None:
    kept = current_clip.clip_of(source)
    failed = current_clip.failure_of(source) is not None
    if kept is None:
        if not failed:
            st.caption(f"{texts.EMPTY[source]} {PRIVACY}")
        return
    if st.session_state.get(given.key_of(f"picker_{source}")) is not None and not failed:
        return  # the widget itself shows it
    with st.container(horizontal=True, vertical_alignment="center"):
        text = texts.STILL_KEPT if failed else texts.KEPT
        st.markdown(text.format(name=plain(kept.name), seconds=kept.clip.duration), width="content")
        quiet_button(texts.CLEAR, "close", _clear, source, key=f"clear_{source}")


def _clear(source: Source) -> None:
    current_clip.forget(source)
    given.empty(f"picker_{source}")

"""Words to teach, and the takes of each: recorded, uploaded, looked at, played, thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from kws_core.audio.read import MAX_BYTES
from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.teaching.names import LONGEST_NAME
from kws_core.teaching.ready import ready_takes
from kws_core.teaching.takes import ADVICE, Take, problems_of
from kws_core.ui.shared import resources
from kws_core.ui.shared.button import button, quiet_button
from kws_core.ui.shared.given import empty, key_of
from kws_core.ui.shared.messages import INSECURE_PAGE, can_have_microphone, plain
from kws_core.ui.shared.microphone_problem import microphone_problem
from kws_core.ui.teach import state

_NAME: Final = "teach_name"
_WORD: Final = "teach_word"
_ONLY: Final = "teach_only"
_RECORD: Final = "teach_record"
_UPLOAD: Final = "teach_upload"
_IN_A_ROW: Final = 5
_WANTED: Final = 5
_FRAMES: Final = 98  # of a second


def show_words() -> None:
    """Let a person name words, and choose the one to record."""
    if not state.words():
        st.markdown("Name a word, then record it five times. Without a microphone: ready takes.")
    with (
        st.form("teach_new_word", clear_on_submit=True, border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input("New word", max_chars=LONGEST_NAME, key=_NAME, width=280)
        st.form_submit_button("Add the word", icon=":material/add:", on_click=_add_word)
    with st.container(horizontal=True, vertical_alignment="center"):
        if not state.words():
            about = f"Five synthetic voices say {', '.join(ready_takes())}. No microphone needed."
            button(
                "Use ready takes",
                "library_music",
                state.take_ready_ones,
                key="teach_ready",
                help=about,
            )
        st.session_state[_ONLY] = state.only()
        st.toggle(
            "Only my words",
            key=_ONLY,
            on_change=lambda: state.set_only(st.session_state[_ONLY]),
            help="Recognise the taught words instead of the 35 that the model knows. "
            "Their names can then be used again.",
        )


def show_takes() -> None:
    """Let a person record the current word, and show its takes."""
    name = state.current()
    if name is None:
        return
    names = list(state.words())
    st.session_state[_WORD] = name
    st.segmented_control(
        "Word",
        names,
        format_func=lambda one: f"{plain(one)} ({len(state.words()[one])})",
        key=_WORD,
        required=True,
        on_change=lambda: state.choose(st.session_state[_WORD]),
    )
    record, upload = st.columns(2)
    with record:
        _recorder(name)
        st.page_link(
            "pages/4_Live.py",
            label="Take it from Live",
            icon=":material/mic:",
            help="Speak there, then press “Last 10 s in Teach”: each sound becomes a take.",
        )
    with upload:
        _uploader(name)
    takes = state.words()[name]
    for number in in_cards(len(takes)):
        _one_take(name, takes, number)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(takes) < _WANTED:
            left = _WANTED - len(takes)
            st.caption(f"{left} more take{'' if left == 1 else 's'} recommended.")
        quiet_button("Remove this word", "delete", state.remove_word, name, key="teach_remove")


def _add_word() -> None:
    state.add_word(st.session_state[_NAME])


def _recorder(name: str) -> None:
    if not can_have_microphone(st.context.url):
        st.warning(INSECURE_PAGE, icon=":material/no_encryption:")
    key = key_of(_RECORD)
    st.audio_input(
        f"Record “{plain(name)}” once",
        sample_rate=SAMPLE_RATE,
        key=key,
        on_change=_take_recording,
        args=(name, key),
    )
    microphone_problem("teach_microphone_problem", "upload takes")


def _take_recording(name: str, key: str) -> None:
    given = st.session_state[key]
    if given is not None:
        state.add_take(name, given.getvalue(), "Recording")
        empty(_RECORD)  # for the next


def _uploader(name: str) -> None:
    key = key_of(_UPLOAD)
    st.file_uploader(
        "Upload takes",
        accept_multiple_files=True,
        max_upload_size=MAX_BYTES // 2**20,
        key=key,
        on_change=_take_files,
        args=(name, key),
    )


def _take_files(name: str, key: str) -> None:
    for given in st.session_state[key] or []:
        state.add_take(name, given.getvalue(), given.name)
    empty(_UPLOAD)


def in_cards(n: int) -> Iterator[int]:
    """Yield the numbers of cards, each within its card; five stand in a row."""
    for first in range(0, n, _IN_A_ROW):
        row = range(first, min(first + _IN_A_ROW, n))
        for column, number in zip(st.columns(_IN_A_ROW), row, strict=False):
            with column.container(border=True, gap="small"):
                yield number


def _one_take(name: str, takes: list[Take], number: int) -> None:
    take = takes[number]
    show_sound(take, f"take {number + 1} of {name}")
    others = [other for other in takes if other is not take]
    for problem in problems_of(take, others):
        st.caption(f":material/warning: {ADVICE[problem]}")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{number + 1}: {take.seconds:.2f} s")
        st.button(
            "Drop",
            type="tertiary",
            on_click=state.drop_take,
            args=(name, take.key),
            key=f"teach_drop_{take.key[:12]}",
            help=f"Throw take {number + 1} away.",
        )


def show_sound(take: Take, what: str) -> None:
    """Draw and play the sound of a take, as it was trimmed."""
    st.image(_picture(take), width="stretch", alt=f"Log-mel picture of {what}, trimmed")
    st.audio(to_wav(take.samples, SAMPLE_RATE), alt=f"Sound of {what}")


def _picture(take: Take) -> npt.NDArray[np.uint8]:
    """Return the log-mel of a take as a grey picture, low bands at the bottom; a second is wide."""
    bands = resources.recogniser().features(take.samples)[::-1]
    top = float(bands.max())
    grey = np.clip((bands - top) / 8 + 1, 0, 1)  # 8 in ln(power), some 35 dB
    second = np.zeros((len(grey), max(_FRAMES, grey.shape[1])), np.uint8)
    second[:, : grey.shape[1]] = 255 * grey
    return second

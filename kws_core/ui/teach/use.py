"""The taught words on the other pages, and in a file."""

from __future__ import annotations

from typing import Final

import streamlit as st

from kws_core.errors import TeachingError
from kws_core.teaching.file import MAX_BYTES, taught_bytes, taught_from
from kws_core.teaching.taught import TaughtRecognizer
from kws_core.ui.shared import taught_words
from kws_core.ui.shared.download import download
from kws_core.ui.shared.messages import plain
from kws_core.ui.teach import state

_USE: Final = "teach_use"
_WANTED: Final = "teach_use_kept"  # the words of the takes, whatever becomes of them
_FILE: Final = "teach_file"


def show_use(taught: TaughtRecognizer | None) -> None:
    """Switch the words on for the other pages, and offer them as a file."""
    st.header("Words taught before" if taught is None else "Use it", anchor=False)
    if taught is not None and st.session_state.get(_WANTED):
        use_from_now_on(taught)  # what was learnt since
    in_use = taught_words.in_use()
    if taught is not None:
        st.session_state[_USE] = in_use is taught
        st.toggle(
            "Use these words on the other pages",
            key=_USE,
            on_change=_switch,
            args=(taught,),
            help="Recognise, Live, and Own test set on Models; in this session only.",
        )
        download(
            "Download the taught words",
            lambda: taught_bytes(taught),
            "mine.kws",
            key="teach_download",
            help="A small file without any sound in it. The command line takes it too: --taught.",
        )
    st.file_uploader(
        "Upload taught words",
        ["kws"],
        max_upload_size=MAX_BYTES // 2**20,
        key=_FILE,
        on_change=_load,
        help="A file that was downloaded here or saved by the library.",
    )
    if in_use is not None:
        names = ", ".join(plain(word) for word in in_use.lesson.head.words)
        st.success(f"In use on Recognise, Live and Own test set: {names}.", icon=":material/check:")
        with st.container(horizontal=True):
            st.page_link("pages/1_Recognise.py", label="Recognise", icon=":material/hearing:")
            st.page_link("pages/4_Live.py", label="Live", icon=":material/mic:")
            st.page_link(
                "pages/5_Models.py",
                label="Own test set",
                icon=":material/neurology:",
                query_params={"section": "own"},
            )
            if in_use is not taught:
                st.button("Stop using them", on_click=_stop)


def use_from_now_on(taught: TaughtRecognizer) -> None:
    """Switch the words of the takes on for the other pages."""
    st.session_state[_WANTED] = True
    taught_words.use(taught, state.taught)


def _switch(taught: TaughtRecognizer) -> None:
    if st.session_state[_USE]:
        use_from_now_on(taught)
    else:
        _stop()


def _stop() -> None:
    st.session_state[_WANTED] = False
    taught_words.use(None)


def _load() -> None:
    given = st.session_state[_FILE]
    if given is None:
        return
    st.session_state[_WANTED] = False  # the file's words, and not those of the takes
    try:
        taught_words.use(taught_from(given.getvalue()))
    except TeachingError as error:
        state.tell(str(error))

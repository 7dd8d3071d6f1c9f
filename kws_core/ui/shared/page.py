"""What every page shares: its settings, the navigation, and the promise about audio."""

from __future__ import annotations

import importlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from kws_core.shipped import ASSETS
from kws_core.ui.shared.messages import PRIVACY, PRIVACY_DETAILS

APP_NAME = "Keyword spotting"
# A file of our own: the browser would fetch a Material icon for its tab from another server.
TAB_ICON = ASSETS / "icon.png"
_STYLE = Path(__file__).with_name("page.css")
_TOUCH = Path(__file__).with_name("touch.js").read_text(encoding="utf-8")

_CARDS_A_ROW: Final = 3  # more would cut the names of pages off
_VISIT: Final = "page_visit"  # the page's title, and how many visits to pages there were


@dataclass(frozen=True)
class PageEntry:
    """A page of the app: its script, its name and icon, and in one sentence what it is for."""

    script: str
    label: str
    icon: str
    purpose: str


# All pages in the order of the navigation, the home page first. A new page needs one entry here.
PAGES = (
    PageEntry("streamlit_app.py", "Home", ":material/home:", "Say a word, or play a recording."),
    PageEntry(
        "pages/1_Recognise.py",
        "Recognise",
        ":material/hearing:",
        "Play a sample, record yourself or upload a file, and see which words are found.",
    ),
    PageEntry(
        "pages/2_Explore.py",
        "Explore",
        ":material/query_stats:",
        "See a recording as waveform, spectrogram, MFCC or pitch, each explained.",
    ),
    PageEntry(
        "pages/3_Augment.py",
        "Augment",
        ":material/auto_fix_high:",
        "Mask, distort or add noise to a recording, as in training, and see whether the model "
        "still recognises it.",
    ),
    PageEntry(
        "pages/4_Live.py",
        "Live",
        ":material/mic:",
        "Speak, or play a sample, and watch words appear as they are recognised. With a game.",
    ),
    PageEntry(
        "pages/5_Models.py",
        "Models",
        ":material/neurology:",
        "How good the models are, where they fail and why, and a test on your own recordings.",
    ),
    PageEntry(
        "pages/6_Teach.py",
        "Teach",
        ":material/school:",
        "Record a new word a few times, and have it recognised beside the others.",
    ),
)


def page_setup(title: str, icon: str, *, with_purpose: bool = False) -> None:
    """Name the page and draw the sidebar and the heading; the first call of every page.

    with_purpose: also the sentence that says what the page is for.
    """
    # Streamlit imports pandas when a page first needs it. On the next page, Plotly would trip over
    # a half of it, if that other page was left meanwhile: this waits for the whole.
    if "pandas" in sys.modules:
        importlib.import_module("pandas")
    if st.session_state.get(_VISIT, ("", 0))[0] != title:
        st.session_state[_VISIT] = title, visit() + 1
    tab_title = title if title == APP_NAME else f"{title} · {APP_NAME}"
    st.set_page_config(page_title=tab_title, page_icon=str(TAB_ICON), layout="wide")
    # Streamlit's own navigation is off (see .streamlit/config.toml): it takes labels from file
    # names, and knows icons only as emoji in them.
    st.html(_STYLE)
    with st.sidebar:
        # No heading: the page's title is the first, and comes after it.
        st.markdown(f"**{APP_NAME}**")
        for entry in PAGES:
            st.page_link(entry.script, label=entry.label, icon=entry.icon, width="stretch")
        st.space("small")
        st.caption(f":material/lock: {PRIVACY}", help=PRIVACY_DETAILS)
        st.html(f"<script>{_TOUCH}</script>", unsafe_allow_javascript=True)
    st.title(title, icon=icon, anchor=False)
    if with_purpose:
        st.markdown(next(entry.purpose for entry in PAGES if entry.label == title))


def visit() -> int:
    """Return the number of this visit to a page: it is the same until another page is opened."""
    number: int = st.session_state.get(_VISIT, ("", 0))[1]
    return number


def page_links() -> None:
    """Draw a card for every page but the home page: its link, and what it is for."""
    others = PAGES[1:]
    for row in (others[at : at + _CARDS_A_ROW] for at in range(0, len(others), _CARDS_A_ROW)):
        for column, entry in zip(st.columns(_CARDS_A_ROW), row, strict=False):
            with column.container(border=True, height="stretch"):
                st.page_link(entry.script, label=f"**{entry.label}**", icon=entry.icon)
                st.caption(entry.purpose)

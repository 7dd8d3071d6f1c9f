"""The sections of the Models page: what each is about, and the module that shows it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Final

import streamlit as st

from kws_core.ui.clip.clip_picker import clip_popover
from kws_core.ui.models import choices, stored, texts
from kws_core.ui.models.choices import choice

# What a section offers above itself: a model, the speakers of its results, a clip, panels.
_WITH_MODEL: Final = ("structure", "results", "own", "why", "map", "card")
_WITH_SPLIT: Final = ("results", "map", "card")
_WITH_CLIP: Final = ("structure", "why", "map")
_PANELS: Final = {"results": "panel", "data": "data", "why": "reason"}


@dataclass(frozen=True)
class Subject:
    """What a section is about.

    model: empty if none is shipped. split: of its results, None without any. panel: empty in a
    section without panels.
    """

    model: str
    split: str | None
    panel: str


def show_page() -> None:
    """Show the headline, the switch between the sections, and the open one.

    The code of the others is not even loaded.
    """
    if headline := stored.headline():
        st.markdown(headline)
    section = choice("section", "Section", widget=st.pills)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        subject = _subject(section)
        if section in _WITH_CLIP:
            clip_popover("models")
    importlib.import_module(f"kws_core.ui.models.{section}").show(subject)
    choices.write_clip(section in _WITH_CLIP)


def _subject(section: str) -> Subject:
    model, panel, split = "", "", None
    if section in _WITH_MODEL:
        model = choice(
            "model", "Model", choices.models(), widget=st.selectbox, width=150, help=texts.MODELS
        ) or ""  # fmt: skip
    if section == "results":
        panel = choice("panel", "Show", widget=st.selectbox, width=180)
    elif section in _PANELS:
        panel = choice(_PANELS[section], "Show")
    if section in _WITH_SPLIT:
        split = _split(model, panel)
    return Subject(model, split, panel)


def _split(model: str, panel: str) -> str | None:
    splits = stored.stream_splits(model) if panel == "live" else stored.splits(model)
    if not splits or panel in ("taught", "training"):
        return None
    chosen: str = choice("split", "Measured on", splits, widget=st.selectbox, width=200)
    return chosen

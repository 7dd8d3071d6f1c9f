"""A board of words, one tile each; those that were heard light up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_tiles = st.components.v2.component(
    "kws_core.word_board",
    html='<ul class="board"></ul>',
    css=(_HERE / "board.css").read_text(encoding="utf-8"),
    js=(_HERE / "board.js").read_text(encoding="utf-8"),
)


def word_board(
    words: Sequence[str], key: str, label: str, lit: Collection[str], faint: Collection[str] = ()
) -> None:
    """Show words as tiles.

    label: what they are, for screen readers. lit: words that stand out, such as the last one;
    faint: words that are marked, such as those before.
    """
    data = {"words": list(words), "label": label, "lit": sorted(lit), "faint": sorted(faint)}
    _tiles(key=key, data=data)

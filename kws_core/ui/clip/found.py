"""The words found in a clip as buttons, each of which plays its word."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from kws_core.charts.style import percent
from kws_core.spotting.finder import Word
from kws_core.ui.clip import texts
from kws_core.ui.shared.component import component

_buttons = component(__file__, "found", '<ol class="words"></ol>')


def found_words(words: Sequence[Word], player_key: str) -> None:
    """Show the words in order; the player with that key plays the one that is pressed."""
    st.caption(texts.FOUND)
    _buttons(
        key="clip_found_words",
        data={
            "player": player_key,
            "words": [
                {
                    "label": word.label,
                    "start": word.start,
                    "end": word.end,
                    "span": f"{word.start:.1f} to {word.end:.1f} s",
                    "score": percent(word.score),
                }
                for word in words
            ],
        },
    )

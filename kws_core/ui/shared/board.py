"""A board of words, one tile each; those that were heard light up."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kws_core.ui.shared.component import component

_tiles = component(__file__, "board", '<ul class="board"></ul>')


def word_board(
    words: Sequence[str], key: str, label: str, lit: Collection[str], faint: Collection[str] = ()
) -> None:
    """Show words as tiles.

    label: what they are, for screen readers. lit: words that stand out, such as the last one;
    faint: words that are marked, such as those before.
    """
    data = {"words": list(words), "label": label, "lit": sorted(lit), "faint": sorted(faint)}
    _tiles(key=key, data=data)

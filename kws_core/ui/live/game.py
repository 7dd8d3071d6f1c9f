"""The board of a game steered by voice."""

from __future__ import annotations

import streamlit as st

from kws_core.live.game import COLUMNS, GAME_WORDS, ROWS, Game
from kws_core.spotting import DetectorSettings
from kws_core.ui.live import texts
from kws_core.ui.shared.component import component

_HTML = """
<div class="game">
  <div class="board" role="img">
    <div class="star"><svg viewBox="0 0 24 24"><path d="M12 2l3 7 7 .6-5.300 4.600 1.600 7.300L12
      17.600 5.700 21.500l1.600-7.300L2 9.600 9 9z"/></svg></div>
    <div class="ball"><svg viewBox="0 0 24 24"><path d="M12 2a10 10 0 1 0 0 20 10 10 0 0 0
      0-20zm-2.500 5.500L17 12l-7.500 4.500z" fill-rule="evenodd"/></svg></div>
  </div>
  <p class="state"></p>
</div>
"""

_board = component(__file__, "game", _HTML)


def show_game(game: Game, settings: DetectorSettings) -> None:
    """Show the board, and what to say."""
    st.markdown(texts.GAME)
    _board(key="live_game_board", data=_data(game))
    unheard = [word for word in GAME_WORDS if settings.words and word not in settings.words]
    if unheard:
        st.caption(texts.GAME_UNHEARD.format(words=", ".join(unheard)))


def _data(game: Game) -> dict[str, object]:
    said = texts.GAME_LAST.format(word=game.last_word) if game.last_word else texts.GAME_FIRST
    stars = f"{game.stars} star{'' if game.stars == 1 else 's'}"
    return {
        "columns": COLUMNS,
        "rows": ROWS,
        "ball": list(game.ball),
        "star": list(game.star),
        "heading": game.heading,
        "state": texts.GAME_STATE.format(said=said, stars=stars, steps=game.steps),
        "summary": texts.GAME_BOARD.format(
            columns=COLUMNS, rows=ROWS, ball=_place(game.ball), star=_place(game.star)
        ),
    }


def _place(cell: tuple[int, int]) -> str:
    return f"column {cell[0] + 1}, row {cell[1] + 1}"

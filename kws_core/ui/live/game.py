"""A game steered by voice: it shows latency and errors better than any figure."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from kws_core.live.game import COLUMNS, GAME_WORDS, ROWS, Game
from kws_core.spotting import DetectorSettings

_HERE = Path(__file__).parent

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

_board = st.components.v2.component(
    "kws_core.live_game",
    html=_HTML,
    css=(_HERE / "game.css").read_text(encoding="utf-8"),
    js=(_HERE / "game.js").read_text(encoding="utf-8"),
)


def show_game(game: Game, settings: DetectorSettings) -> None:
    """Show the board, and what to say."""
    st.markdown("**A game to steer by voice**: collect the stars.")
    _board(key="live_game_board", data=_data(game))
    unheard = [word for word in GAME_WORDS if settings.words and word not in settings.words]
    if unheard:
        st.caption(f":material/info: Not listened for at present: {', '.join(unheard)}.")


def _data(game: Game) -> dict[str, object]:
    said = f"Heard last: {game.last_word}. " if game.last_word else "Say one of: up, down, left, "
    if not game.last_word:
        said += "right, stop, go. "
    stars = f"{game.stars} star{'' if game.stars == 1 else 's'}"
    return {
        "columns": COLUMNS,
        "rows": ROWS,
        "ball": list(game.ball),
        "star": list(game.star),
        "heading": game.heading,
        "state": f"{said}{stars} in {game.steps} steps.",
        "summary": f"Board of {COLUMNS} by {ROWS}: ball at {_place(game.ball)}, "
        f"star at {_place(game.star)}",
    }


def _place(cell: tuple[int, int]) -> str:
    return f"column {cell[0] + 1}, row {cell[1] + 1}"

"""A game to steer by voice: a ball on a board collects stars. Pure: states in, states out."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

STEP_S = 0.5  # from cell to cell
COLUMNS, ROWS = 9, 5

Cell = tuple[int, int]  # column from the left, row from the top

DIRECTIONS: dict[str, Cell] = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
GAME_WORDS = (*DIRECTIONS, "stop", "go")


@dataclass(frozen=True)
class Game:
    """The ball, the star, and how far it got; `time` is the second of the stream it is at.

    since_step: seconds since the ball last moved.
    """

    seed: int = 0
    ball: Cell = (COLUMNS // 2, ROWS // 2)
    heading: str = "right"
    moving: bool = False
    stars: int = 0
    steps: int = 0
    time: float = 0.0
    since_step: float = 0.0
    last_word: str = ""

    @property
    def star(self) -> Cell:
        """Where the star is, drawn from seed and count."""
        return _star(self.seed, self.stars)


def advance(game: Game, until: float, commands: Iterable[tuple[float, str]] = ()) -> Game:
    """Let the game go on to a second of the stream, with words (second, word) heard meanwhile.

    Other words do nothing. A direction turns the ball and sets it off; the board has no edges.
    """
    for time, word in sorted(commands):
        if word in GAME_WORDS:
            game = _obey(_roll(game, time), word)
    return _roll(game, until)


@lru_cache
def _star(seed: int, count: int) -> Cell:
    draw = random.Random(1009 * seed + count)
    cells = [(x, y) for x in range(COLUMNS) for y in range(ROWS) if (x, y) != Game.ball]
    return draw.choice(cells)


def _obey(game: Game, word: str) -> Game:
    game = replace(game, last_word=word)
    if word == "stop":
        return replace(game, moving=False)
    # It moves at once: who speaks sees that it was heard.
    set_off = replace(game, moving=True, heading=word if word in DIRECTIONS else game.heading)
    return replace(_step(set_off), since_step=0.0)


def _roll(game: Game, until: float) -> Game:
    seconds = max(until - game.time, 0.0)
    game = replace(game, time=max(until, game.time))
    if not game.moving:
        return game
    since_step = game.since_step + seconds
    while since_step >= STEP_S:
        since_step -= STEP_S
        game = _step(game)
    return replace(game, since_step=since_step)


def _step(game: Game) -> Game:
    dx, dy = DIRECTIONS[game.heading]
    ball = (game.ball[0] + dx) % COLUMNS, (game.ball[1] + dy) % ROWS
    # The star is where it was before this step.
    found = ball == game.star
    return replace(game, ball=ball, steps=game.steps + 1, stars=game.stars + found)

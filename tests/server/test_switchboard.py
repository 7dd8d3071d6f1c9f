"""Who may send sound: tokens, origins, limits, and a line that belongs to one session."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from kws_core.audio.waveform import Samples
from kws_core.server import Line, Switchboard
from kws_core.server.blocks import Block
from kws_core.server.origins import is_own_page, origin_of
from kws_core.server.pace import AHEAD_S, Pace
from kws_core.server.refusals import Close, StreamRefusedError
from kws_core.server.tokens import VALID_S, Tokens
from tests.helpers.waiting import Clock

PAGE = "https://words.example/app/Live"
OWN = "https://words.example"


class Ear:
    """Keeps what it gets: the numbers of samples, and how often a microphone was started."""

    def __init__(self) -> None:
        self.pieces: list[tuple[int, int, float]] = []
        self.starts = 0
        self.newest_word: tuple[int, str] | None = None

    def call_on_word(self, call: Callable[[], None]) -> None:
        """It hears no words."""

    def begin_stream(self) -> None:
        self.starts += 1

    def put(self, samples: Samples, sample_rate: int, recorded: float) -> None:
        self.pieces.append((len(samples), sample_rate, recorded))


def block(number: int, run: int = 1) -> Block:
    return Block(run, number, 48_000, number * 0.02, np.zeros(960, np.int16))


def refused(code: Close) -> pytest.RaisesExc[StreamRefusedError]:
    return pytest.raises(StreamRefusedError, check=lambda refusal: refusal.code == code)


class TestTokens:
    def test_a_token_opens_once(self) -> None:
        tokens: Tokens[str] = Tokens()
        token = tokens.issue("me")
        assert len(token) >= 43  # 256 random bits
        assert tokens.redeem(token) == "me"
        assert tokens.redeem(token) is None
        assert tokens.redeem("made up") is None

    def test_a_token_is_good_for_a_short_time(self) -> None:
        clock = Clock()
        tokens: Tokens[str] = Tokens(clock)
        token = tokens.issue("me")
        clock.now += VALID_S - 1
        assert tokens.redeem(token) == "me"
        token = tokens.issue("me")
        clock.now += VALID_S
        assert tokens.redeem(token) is None

    def test_a_holder_has_one_and_old_ones_are_forgotten(self) -> None:
        clock = Clock()
        tokens: Tokens[str] = Tokens(clock)
        me, you = "me", "you"
        first, other = tokens.issue(me), tokens.issue(you)
        second = tokens.issue(me)
        assert len(tokens) == 2
        assert tokens.redeem(first) is None
        assert (tokens.redeem(second), tokens.redeem(other)) == (me, you)
        for _ in range(1000):
            tokens.issue(str(object()))
            clock.now += 1
        assert len(tokens) <= VALID_S


class TestOrigins:
    @pytest.mark.parametrize(
        ("origin", "page", "host", "is_own"),
        [
            (OWN, PAGE, "words.example", True),
            (OWN, PAGE, "10.0.0.7:8501", True),  # a proxy that asks for the server by its address
            ("https://WORDS.example", PAGE, "words.example", True),
            ("https://evil.example", PAGE, "words.example", False),
            ("https://evil.example", PAGE, "evil.example", False),
            ("http://words.example", PAGE, "words.example", False),
            ("https://words.example:444", PAGE, "words.example", False),
            ("https://words.example.evil.example", PAGE, "words.example", False),
            (None, PAGE, "words.example", False),
            ("null", PAGE, "words.example", False),
            ("https://[", PAGE, "words.example", False),
            ("http://localhost:8501", None, "localhost:8501", True),
            ("http://localhost:8502", None, "localhost:8501", False),
            ("http://localhost:8501", None, None, False),
        ],
    )
    def test_only_the_own_page_may_connect(
        self, origin: str | None, page: str | None, host: str | None, is_own: bool
    ) -> None:
        assert is_own_page(origin, page, host) is is_own

    def test_others_if_the_settings_name_them(self) -> None:
        allowed = ["https://school.example/", "portal.example"]
        for origin in ("https://school.example", "http://portal.example:81"):
            assert is_own_page(origin, PAGE, "words.example", allowed)
        for origin in ("http://school.example", "https://a.portal.example"):
            assert not is_own_page(origin, PAGE, "words.example", allowed)

    def test_the_origin_of_an_address(self) -> None:
        assert origin_of(PAGE) == OWN
        assert origin_of("file:///etc/passwd") is None


def test_sound_may_come_as_fast_as_it_is_recorded_and_catch_up_once() -> None:
    clock = Clock()
    pace = Pace(clock)
    for _ in range(1000):
        clock.now += 0.02
        assert pace.allows(0.02)
    assert all(pace.allows(0.02) for _ in range(round(AHEAD_S / 0.02) - 5))
    assert not all(pace.allows(0.02) for _ in range(10))


class TestLine:
    def test_blocks_reach_the_sink_and_gaps_are_counted(self) -> None:
        ear = Ear()
        line = Line(ear)
        connection = line.connect()
        for number in (5, 6, 9, 10):  # the first says where the run begins
            line.take(connection, block(number))
        assert ear.pieces == [(960, 48_000, n * 0.02) for n in (5, 6, 9, 10)]
        assert (line.received, round(line.lost, 6)) == (4, 0.04)
        assert ear.starts == 1

    def test_the_same_run_goes_on_over_another_connection_and_another_run_begins_anew(self) -> None:
        ear = Ear()
        line = Line(ear)
        line.take(line.connect(), block(0))
        second = line.connect()
        line.take(second, block(500))  # after ten seconds
        assert (ear.starts, line.connections) == (1, 2)
        assert line.lost == pytest.approx(499 * 0.02)
        line.take(second, block(0, run=2))
        assert (ear.starts, line.lost, line.received, line.connections) == (2, 0.0, 1, 1)

    def test_the_newest_connection_is_the_only_one(self) -> None:
        ear = Ear()
        line = Line(ear)
        first, second = line.connect(), line.connect()
        with refused(Close.REPLACED):
            line.take(first, block(0))
        line.disconnect(first)
        assert line.is_connected
        assert not line.has(first)
        line.take(second, block(0))
        line.disconnect(second)
        assert not line.is_connected
        assert len(ear.pieces) == 1

    def test_no_block_comes_twice(self) -> None:
        ear = Ear()
        line = Line(ear)
        connection = line.connect()
        line.take(connection, block(3))
        for number in (3, 2):
            with refused(Close.FORMAT):
                line.take(connection, block(number))
        assert len(ear.pieces) == 1


class TestSwitchboard:
    def test_a_token_leads_to_its_own_line_from_its_own_page_only(self) -> None:
        board = Switchboard()
        mine, yours = Line(Ear(), PAGE), Line(Ear(), PAGE)
        tokens = board.token_for(mine), board.token_for(yours)
        assert board.line_of(tokens[1], OWN, "words.example") is yours
        assert board.line_of(tokens[0], OWN, "words.example") is mine
        assert board.line_of(board.token_for(mine), "https://evil.example", OWN) is None
        assert board.line_of("", OWN, "words.example") is None

    def test_a_wrong_origin_uses_the_token_up(self) -> None:
        board = Switchboard()
        token = board.token_for(Line(Ear(), PAGE))
        assert board.line_of(token, "https://evil.example", None) is None
        assert board.line_of(token, OWN, None) is None

    def test_a_server_takes_so_many_streams_and_a_session_one(self) -> None:
        board = Switchboard(most_streams=2)
        lines = [Line(Ear()) for _ in range(3)]
        connections = [board.connect(line) for line in lines[:2]]
        with refused(Close.SERVER_FULL):
            board.connect(lines[2])
        # A session that connects again does so in its own place.
        again = board.connect(lines[0])
        board.disconnect(lines[0], connections[0])
        with refused(Close.SERVER_FULL):
            board.connect(lines[2])
        board.disconnect(lines[0], again)
        board.connect(lines[2])
        assert board.n_streams == 2

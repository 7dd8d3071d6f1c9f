"""The routes as a browser meets them: a WebSocket for the microphone, readiness and metrics."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from kws_core.live import Listener
from kws_core.live.totals import Totals
from kws_core.server import Line, Switchboard, routes
from kws_core.server.blocks import MOST_BYTES, pack
from kws_core.server.metrics import LiveCollector, Metrics
from kws_core.server.microphone import PATH, PROTOCOL, Patience
from kws_core.server.readiness import Readiness
from kws_core.server.refusals import Close
from kws_core.spotting import DetectorSettings, KeywordDetector
from tests.helpers.listeners import StreamListener, burst
from tests.helpers.waiting import wait_until

RATE = 16_000
BLOCK = 320  # samples: 20 ms
SILENCE = np.zeros(BLOCK, np.int16)
SOUND = np.full(BLOCK, 1000, np.int16)
HOST = "testserver"
ORIGIN = f"http://{HOST}"
PATIENCE_S = 30.0  # of a machine that is busy with other things


@pytest.fixture
def listeners() -> Iterator[Callable[[], Listener]]:
    made: list[Listener] = []

    def make() -> Listener:
        detector = KeywordDetector(StreamListener(), DetectorSettings(threshold=0.6))
        made.append(Listener(detector))
        return made[-1]

    yield make
    for listener in made:
        listener.close()


@pytest.fixture
def board() -> Switchboard:
    return Switchboard(most_streams=2)


@pytest.fixture
def serve(board: Switchboard) -> Iterator[Callable[..., TestClient]]:
    """Return a function that serves the routes, with seconds of patience, to a client."""
    clients: list[TestClient] = []

    def start(**patience: float) -> TestClient:
        patient = replace(Patience(tell=0.05), **patience)
        client = TestClient(Starlette(routes=routes(lambda: board, Readiness(), patience=patient)))
        clients.append(client.__enter__())
        return client

    yield start
    for client in clients:
        client.__exit__(None, None, None)


def open_to(
    client: TestClient, token: str, origin: str | None = ORIGIN
) -> AbstractContextManager[WebSocketTestSession]:
    headers = {} if origin is None else {"origin": origin}
    return client.websocket_connect(PATH, subprotocols=[PROTOCOL, token], headers=headers)


def send(socket: WebSocketTestSession, values: np.ndarray, run: int = 1, first: int = 0) -> None:
    for k in range(len(values) // BLOCK):
        number = first + k
        part = values[k * BLOCK : (k + 1) * BLOCK]
        socket.send_bytes(pack(run, number, RATE, number * 0.02, part))


def closed_with(socket: WebSocketTestSession) -> int:
    """Read until the server closes, and return its code."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        message = socket.receive()
        if message["type"] == "websocket.close":
            assert len(message["reason"].encode()) <= 123
            return int(message["code"])
    raise AssertionError("it stays open")


def as_values(sound: np.ndarray) -> np.ndarray:
    return (sound * 32767).astype(np.int16)


def test_words_that_are_sent_are_heard_by_their_own_session_and_by_no_other(
    serve: Callable[..., TestClient], board: Switchboard, listeners: Callable[[], Listener]
) -> None:
    client, mine, yours = serve(), listeners(), listeners()
    lines = Line(mine, ORIGIN + "/Live"), Line(yours, ORIGIN + "/Live")
    quiet = np.zeros(RATE, np.float32)
    sound = [np.concatenate([quiet, burst(word, 1), quiet]) for word in ("low", "high")]
    for listener in (mine, yours):
        listener.attend(lambda: True)
    with (
        open_to(client, board.token_for(lines[0])) as first,
        open_to(client, board.token_for(lines[1])) as second,
    ):
        assert first.accepted_subprotocol == PROTOCOL
        send(first, as_values(sound[0]))
        send(second, as_values(sound[1]))
        wait_until(lambda: bool(mine.hearing.words and yours.hearing.words))
        assert all(line.is_connected for line in lines)
        # A word comes without another block, and once.
        word = {"word": {"number": 1, "label": "low"}}
        messages: list[object] = []
        while word not in messages:
            messages.append(first.receive_json())
        send(first, SILENCE, first=len(sound[0]) // BLOCK)
        n_blocks = len(sound[0]) // BLOCK + 1
        while {"received": n_blocks} not in messages:
            messages.append(first.receive_json())
    assert messages.count(word) == 1
    assert [word.label for word in mine.hearing.words] == ["low"]
    assert [word.label for word in yours.hearing.words] == ["high"]
    assert (mine.health.received, yours.health.received) == (n_blocks, n_blocks - 1)
    assert not mine.health.faults.any
    wait_until(lambda: not any(line.is_connected for line in lines))
    assert board.n_streams == 0


def test_a_lost_connection_goes_on_with_another_one_and_its_gap_is_marked(
    serve: Callable[..., TestClient], board: Switchboard, listeners: Callable[[], Listener]
) -> None:
    client, listener = serve(), listeners()
    line = Line(listener, ORIGIN)
    listener.attend(lambda: True)
    with open_to(client, board.token_for(line)) as socket:
        send(socket, as_values(burst("low", 1)), first=0)
        wait_until(lambda: line.received == 40)
    with open_to(client, board.token_for(line)) as socket:
        send(socket, as_values(burst("high", 1)), first=540)  # ten seconds later
        wait_until(lambda: listener.hearing.duration > 11.5)
    assert [entry.text for entry in listener.hearing.log if hasattr(entry, "text")] == [
        "10.0 s of sound missing"
    ]
    assert listener.health.missing == pytest.approx(10.0)
    assert (line.connections, line.lost) == (2, pytest.approx(10.0))
    wait_until(lambda: not line.is_connected)
    assert not line.is_asleep


@pytest.mark.parametrize(
    ("origin", "use_twice"), [("https://evil.example", False), (None, False), (ORIGIN, True)]
)
def test_other_pages_and_used_tokens_do_not_get_in(
    serve: Callable[..., TestClient],
    board: Switchboard,
    listeners: Callable[[], Listener],
    origin: str | None,
    use_twice: bool,
) -> None:
    client, line = serve(), Line(listeners(), ORIGIN)
    token = board.token_for(line)
    if use_twice:
        with open_to(client, token):
            pass
    with pytest.raises(WebSocketDisconnect), open_to(client, token, origin):
        pass
    assert not line.is_connected


@pytest.mark.parametrize("protocols", [[], [PROTOCOL], [PROTOCOL, ""], ["x", "y"], ["a"] * 9])
def test_nobody_gets_in_without_a_token(
    serve: Callable[..., TestClient], protocols: list[str]
) -> None:
    with (
        pytest.raises(WebSocketDisconnect),
        serve().websocket_connect(PATH, subprotocols=protocols, headers={"origin": ORIGIN}),
    ):
        pass


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"no sound", Close.FORMAT),
        (b"\0" * (MOST_BYTES + 2), Close.TOO_LARGE),
        ("text", Close.FORMAT),
        (pack(1, 0, 44, 0.0, SILENCE), Close.FORMAT),
    ],
)
def test_what_is_no_sound_ends_the_connection(
    serve: Callable[..., TestClient],
    board: Switchboard,
    listeners: Callable[[], Listener],
    message: bytes | str,
    code: Close,
) -> None:
    listener = listeners()
    with open_to(serve(), board.token_for(Line(listener, ORIGIN))) as socket:
        if isinstance(message, str):
            socket.send_text(message)
        else:
            socket.send_bytes(message)
        assert closed_with(socket) == code
    assert listener.health.received == 0


def test_more_sound_than_can_have_been_recorded_ends_the_connection(
    serve: Callable[..., TestClient], board: Switchboard, listeners: Callable[[], Listener]
) -> None:
    with open_to(serve(), board.token_for(Line(listeners(), ORIGIN))) as socket:
        send(socket, np.tile(SOUND, 50 * 60))
        assert closed_with(socket) == Close.TOO_MUCH


@pytest.mark.parametrize("zeros", [False, True])
def test_silence_ends_the_connection(
    serve: Callable[..., TestClient],
    board: Switchboard,
    listeners: Callable[[], Listener],
    zeros: bool,
) -> None:
    listener = listeners()
    line = Line(listener, ORIGIN)
    with open_to(serve(silence=0.3), board.token_for(line)) as socket:
        if zeros:
            send(socket, np.tile(SILENCE, 100))
        assert closed_with(socket) == Close.SILENCE
    wait_until(lambda: line.is_asleep and not line.is_connected)


def test_a_page_that_was_left_ends_the_connection(
    serve: Callable[..., TestClient], board: Switchboard, listeners: Callable[[], Listener]
) -> None:
    is_there = True
    line = Line(listeners(), ORIGIN, lambda: is_there)
    with open_to(serve(page_left=0.1), board.token_for(line)) as socket:
        wait_until(lambda: socket.receive_json() == {"received": 0})
        is_there = False
        assert closed_with(socket) == Close.PAGE_LEFT


def test_a_second_connection_of_a_session_ends_the_first(
    serve: Callable[..., TestClient], board: Switchboard, listeners: Callable[[], Listener]
) -> None:
    client, listener = serve(), listeners()
    line = Line(listener, ORIGIN)
    with (
        open_to(client, board.token_for(line)) as first,
        open_to(client, board.token_for(line)) as second,
    ):
        assert closed_with(first) == Close.REPLACED
        send(second, SOUND)
        wait_until(lambda: listener.health.received == 1)


def test_a_full_server_says_so(
    serve: Callable[..., TestClient], board: Switchboard, listeners: Callable[[], Listener]
) -> None:
    client = serve()
    lines = [Line(listeners(), ORIGIN) for _ in range(3)]
    with (
        open_to(client, board.token_for(lines[0])),
        open_to(client, board.token_for(lines[1])),
        open_to(client, board.token_for(lines[2])) as third,
    ):
        assert closed_with(third) == Close.SERVER_FULL


def test_ready_once_the_model_is_loaded_and_below_the_path_of_the_app(board: Switchboard) -> None:
    state = Readiness()
    client = TestClient(Starlette(routes=routes(lambda: board, state, base="/words/")))
    assert client.get("/kws/ready").status_code == 404
    answer = client.get("/words/kws/ready")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    state.failure = "The model is damaged."
    assert client.get("/words/kws/ready").json()["failure"] == "The model is damaged."
    state.model, state.failure = "ds-resnet", None
    answer = client.get("/words/kws/ready")
    assert (answer.status_code, answer.json()["model"]) == (200, "ds-resnet")
    assert client.get("/words/kws/metrics").status_code == 404


def test_metrics_say_what_listeners_did(
    board: Switchboard, listeners: Callable[[], Listener]
) -> None:
    totals = Totals()
    totals.add(frames=50, lost_s=0.2, windows=4, seconds=0.02)
    totals.drop(3)
    board.connect(Line(listeners()))
    client = TestClient(Starlette(routes=routes(lambda: board, Readiness(), with_metrics=True)))
    assert "kws_live_frames_total" in client.get("/kws/metrics").text
    with totals.listening():
        found = Metrics(LiveCollector(lambda: board, totals)).text()
    values = {
        (sample.name, sample.labels.get("quantile")): sample.value
        for family in text_string_to_metric_families(found)
        for sample in family.samples
    }
    assert values == {
        ("kws_live_streams", None): 1,
        ("kws_live_websockets", None): 1,
        ("kws_live_frames_total", None): 50,
        ("kws_live_windows_total", None): 4,
        ("kws_live_lost_frames_total", None): pytest.approx(10),
        ("kws_live_dropped_frames_total", None): 3,
        ("kws_live_window_seconds", "0.5"): pytest.approx(0.005),
        ("kws_live_window_seconds", "0.95"): pytest.approx(0.005),
    }
    assert totals.read().listening == 0

"""People whose sound comes over a WebSocket or WebRTC, from another process, as browsers send it.

The server's side is that of the app, without the pages: the route for the microphone or aiortc,
and a `Listener` for each person. Used by `bench.live`.
"""

from __future__ import annotations

import asyncio
import fractions
import heapq
import multiprocessing
import socket
import struct
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from multiprocessing.connection import Connection
from typing import Any

import aiortc
import av
import numpy as np
import numpy.typing as npt
import uvicorn
import websockets.asyncio.client
from aiortc.mediastreams import MediaStreamError
from starlette.applications import Starlette
from websockets.typing import Origin, Subprotocol

from kws_core.live import Frame, Listener
from kws_core.live.frames import BROWSER_RATE, FRAME_S, samples_of
from kws_core.server import Line, Switchboard, routes
from kws_core.server.blocks import pack
from kws_core.server.microphone import PATH, PROTOCOL
from kws_core.server.readiness import Readiness
from kws_core.spotting import KeywordDetector
from kws_core.spotting.recognizer import Recognizer

CONNECT_S = 120.0  # for all of them, on a busy machine
_N = round(FRAME_S * BROWSER_RATE)
_FRAME_HEAD = struct.Struct(">BBHI")  # of a WebSocket's frame: kind, mask and length, mask
Values = npt.NDArray[np.int16]


class Person:
    """One person at the server: delay of each frame on its way to the decision, and the words."""

    def __init__(self, recognizer: Recognizer, n_frames: int) -> None:
        self.delays = np.full(n_frames, np.nan)  # there from the start: memory is watched
        self.n_pieces = 0
        self._known = 0  # words that were heard before
        self.words: list[tuple[float, str]] = []  # when the decision was there, and for what
        self.listener = Listener(KeywordDetector(recognizer))
        self._hear = self.listener.hearing.hear
        self.listener.hearing.hear = self._timed  # type: ignore[method-assign]

    def _timed(self, frame: Frame) -> None:
        self._hear(frame)
        now = time.monotonic()
        if self.n_pieces < len(self.delays):
            self.delays[self.n_pieces] = now - frame.time - frame.seconds
            self.n_pieces += 1
        newest = self.listener.newest_word
        if newest is not None and newest[0] > self._known:
            log = self.listener.hearing.words  # the last thousand
            self.words += [(now, word.label) for word in log if word.number > self._known]
            self._known = newest[0]

    @property
    def late(self) -> npt.NDArray[np.float64]:
        """Delays of the pieces compared with the fastest, in seconds (pieces,)."""
        found = self.delays[: self.n_pieces]
        return found - found.min() if self.n_pieces else found


def serve(
    way: str, recognizer: Recognizer, sound: Values, n_people: int, seconds: float
) -> tuple[list[Person], list[float], Callable[[], float]]:
    """Start people who speak, over "websocket" or "webrtc".

    sound: (n,) at 48 kHz, spoken over and over. Returns the people, when each began to speak by
    time.monotonic, and a function that waits for their end and returns the CPU time of the senders.
    """
    people = [Person(recognizer, round(seconds / FRAME_S)) for _ in range(n_people)]
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    speak = _speak_websocket if way == "websocket" else _speak_webrtc
    client = context.Process(target=_run_client, args=(speak, there, sound, seconds))
    end = (_serve_websocket if way == "websocket" else _serve_webrtc)(people, here, client.start)
    for person in people:
        person.listener.attend(lambda: True)
    if not here.poll(CONNECT_S):
        client.kill()
        raise RuntimeError(f"{n_people} people do not connect within {CONNECT_S:g} s.")
    starts: list[float] = here.recv()

    def wait() -> float:
        cpu: float = here.recv()
        client.join()
        time.sleep(1.0)  # what is on its way
        end()
        for person in people:
            person.listener.close()
        return cpu

    return people, starts, wait


def _serve_websocket(
    people: list[Person], client: Connection, start: Callable[[], None]
) -> Callable[[], None]:
    board = Switchboard(most_streams=len(people))
    app = Starlette(routes=routes(lambda: board, Readiness()))
    config = uvicorn.Config(app, ws="websockets-sansio", log_level="warning", ws_max_size=2**20)
    server, listening = uvicorn.Server(config), socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    start()
    client.recv()  # it has loaded
    tokens = [board.token_for(Line(person.listener)) for person in people]
    client.send((listening.getsockname()[1], tokens))

    def end() -> None:
        server.should_exit = True
        thread.join()

    return end


def _serve_webrtc(
    people: list[Person], client: Connection, start: Callable[[], None]
) -> Callable[[], None]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    connections: list[aiortc.RTCPeerConnection] = []
    tasks: set[asyncio.Task[None]] = set()

    async def hear(track: Any, listener: Listener) -> None:
        try:
            while True:
                listener.put(*samples_of(await track.recv()))
        except MediaStreamError:
            pass

    async def answer(offer: str, person: Person) -> str:
        connection = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        connections.append(connection)
        person.listener.begin_stream()
        connection.on(
            "track", lambda track: tasks.add(loop.create_task(hear(track, person.listener)))
        )
        await connection.setRemoteDescription(aiortc.RTCSessionDescription(offer, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return str(connection.localDescription.sdp)

    async def close() -> None:
        await asyncio.gather(*(connection.close() for connection in connections))

    def wait_for(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result()

    start()
    client.recv()
    client.send(len(people))
    client.send([wait_for(answer(client.recv(), person)) for person in people])

    def end() -> None:
        wait_for(close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()

    return end


def _run_client(
    speak: Callable[..., Coroutine[Any, Any, None]],
    server: Connection,
    sound: Values,
    seconds: float,
) -> None:
    """Run all people; in a process of its own."""
    server.send("here")
    asyncio.run(speak(server, sound, seconds))


async def _speak_websocket(server: Connection, sound: Values, seconds: float) -> None:
    port, tokens = server.recv()
    sockets = [
        await websockets.asyncio.client.connect(
            f"ws://127.0.0.1:{port}{PATH}",
            subprotocols=[Subprotocol(PROTOCOL), Subprotocol(token)],
            origin=Origin(f"http://127.0.0.1:{port}"),
            compression=None,
        )
        for token in tokens
    ]
    starts = _starts(len(sockets))
    server.send(starts)
    cpu = time.process_time()

    async def read(connection: Any) -> None:
        async for _ in connection:
            pass

    def frames(person: int) -> Iterator[tuple[float, int, int]]:
        for k in range(round(seconds / FRAME_S)):
            yield starts[person] + (k + 1) * FRAME_S, person, k

    readers = [asyncio.create_task(read(connection)) for connection in sockets]
    for due, person, k in heapq.merge(*map(frames, range(len(sockets)))):
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        message = pack(1, k, BROWSER_RATE, due - FRAME_S, _frame(sound, k))
        # As a frame of the protocol, past the library: senders must not take the server's cores.
        head = _FRAME_HEAD.pack(0x82, 0xFE, len(message), 0)  # whole, binary, masked with zeros
        sockets[person].transport.write(head + message)
    server.send(time.process_time() - cpu)
    for connection in sockets:
        await connection.close()
    await asyncio.gather(*readers, return_exceptions=True)


async def _speak_webrtc(server: Connection, sound: Values, seconds: float) -> None:
    n_people: int = server.recv()
    connections, tracks = [], [_Track(sound) for _ in range(n_people)]
    for track in tracks:
        connection = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        connection.addTrack(track)
        await connection.setLocalDescription(await connection.createOffer())
        connections.append(connection)
        server.send(connection.localDescription.sdp)
    for connection, answer in zip(connections, server.recv(), strict=True):
        await connection.setRemoteDescription(aiortc.RTCSessionDescription(answer, "answer"))
    while not all(connection.connectionState == "connected" for connection in connections):
        await asyncio.sleep(0.1)
    starts = _starts(n_people)
    for track, start in zip(tracks, starts, strict=True):
        track.begin.set_result(start)
    server.send(starts)
    cpu = time.process_time()
    await asyncio.sleep(max(starts) + seconds - time.monotonic())
    server.send(time.process_time() - cpu)
    await asyncio.gather(*(connection.close() for connection in connections))


class _Track(aiortc.MediaStreamTrack):
    """A microphone that speaks in real time from `begin` on."""

    kind = "audio"

    def __init__(self, sound: Values) -> None:
        super().__init__()
        self.begin: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._sound = sound
        self._k = 0

    async def recv(self) -> av.AudioFrame:
        start = await self.begin
        await asyncio.sleep(max(0.0, start + (self._k + 1) * FRAME_S - time.monotonic()))
        frame = av.AudioFrame.from_ndarray(_frame(self._sound, self._k)[None], "s16", "mono")
        frame.sample_rate = BROWSER_RATE
        frame.pts, frame.time_base = self._k * _N, fractions.Fraction(1, BROWSER_RATE)
        self._k += 1
        return frame


def _starts(n_people: int) -> list[float]:
    """Return when each begins: not all at the same moment, as people do not speak in step."""
    offsets = np.random.default_rng(0).uniform(0, 1.0, n_people)
    return [float(time.monotonic() + 0.5 + offset) for offset in offsets]


def _frame(sound: Values, k: int) -> Values:
    first = k % (len(sound) // _N) * _N
    return sound[first : first + _N]

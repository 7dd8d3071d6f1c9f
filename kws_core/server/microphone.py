"""The route for the sound of a microphone: one WebSocket, blocks in, words and a count out."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import anyio
from starlette.websockets import WebSocket, WebSocketDisconnect

from kws_core.server.blocks import HEADER, unpack
from kws_core.server.line import Line
from kws_core.server.pace import Pace
from kws_core.server.refusals import Close, StreamRefusedError
from kws_core.server.switchboard import Switchboard

PATH = "/kws/microphone"
PROTOCOL = "kws-microphone"  # the token comes as a second one: addresses end up in logs
SILENCE_S = 60.0
PAGE_LEFT_S = 5.0
TELL_S = 1.0  # how often a browser hears how much has come


@dataclass(frozen=True)
class Patience:
    """After how many seconds a connection is closed: of silence, and without its page."""

    silence: float = SILENCE_S
    page_left: float = PAGE_LEFT_S
    tell: float = TELL_S


class MicrophoneRoute:
    """Takes the connections of browsers. switchboard: asked for at each connection."""

    def __init__(
        self, switchboard: Callable[[], Switchboard], patience: Patience | None = None
    ) -> None:
        self._switchboard = switchboard
        self._patience = patience or Patience()

    async def serve(self, websocket: WebSocket) -> None:
        """Serve one connection from its opening to its end."""
        board = self._switchboard()
        offered = websocket.scope.get("subprotocols", [])
        token = offered[1] if len(offered) == 2 and offered[0] == PROTOCOL else ""
        headers = websocket.headers
        line = board.line_of(token, headers.get("origin"), headers.get("host"))
        if line is None:
            await websocket.close(1008)  # not opened yet: an answer with status 403
            return
        await websocket.accept(subprotocol=PROTOCOL)
        try:
            connection = board.connect(line)
        except StreamRefusedError as refusal:
            await websocket.close(refusal.code, str(refusal))
            return
        code: int | None = None
        try:
            await _Stream(websocket, line, connection, self._patience).run()
        except StreamRefusedError as refusal:
            code = refusal.code
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # closed by the other side
                await websocket.close(refusal.code, str(refusal))
        except WebSocketDisconnect:
            pass
        finally:
            board.disconnect(line, connection, for_silence=code == Close.SILENCE)


class _Stream:
    """One open connection."""

    def __init__(
        self, websocket: WebSocket, line: Line, connection: int, patience: Patience
    ) -> None:
        self._websocket = websocket
        self._line = line
        self._connection = connection
        self._patience = patience
        self._pace = Pace()
        self._heard = time.monotonic()  # when sound came last that is not all zeros

    async def run(self) -> None:
        """Take blocks; raises StreamRefusedError or WebSocketDisconnect at the end."""
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self._receive)
                tasks.start_soon(self._tell_words)
                tasks.start_soon(self._watch)
        except ExceptionGroup as group:
            raise group.exceptions[0] from None

    async def _receive(self) -> None:
        while True:
            message = await self._websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            data = message.get("bytes")
            if data is None:
                raise StreamRefusedError(Close.FORMAT, "Only blocks of sound are taken, no text.")
            block = unpack(data)
            if not self._pace.allows(block.seconds):
                raise StreamRefusedError(
                    Close.TOO_MUCH, "More sound came than can have been recorded."
                )
            self._line.take(self._connection, block)
            if data[HEADER.size :].strip(b"\0"):
                self._heard = time.monotonic()

    async def _tell_words(self) -> None:
        """Send each new word at once; with the next run of the page, it would come later."""
        loop, known = asyncio.get_running_loop(), self._line.newest_word
        while True:
            heard = asyncio.Event()
            self._line.call_on_word(partial(_set, heard, loop))
            word = self._line.newest_word
            if word is not None and word != known:
                await self._websocket.send_json({"word": {"number": word[0], "label": word[1]}})
            known = word
            await heard.wait()

    async def _watch(self) -> None:
        wanted = time.monotonic()
        while True:
            await anyio.sleep(self._patience.tell)
            now = time.monotonic()
            if not self._line.has(self._connection):
                raise StreamRefusedError(Close.REPLACED, "Another connection has taken over.")
            if now - self._heard > self._patience.silence:
                raise StreamRefusedError(Close.SILENCE, "Nothing but silence has come for long.")
            if self._line.is_wanted():
                wanted = now
            elif now - wanted > self._patience.page_left:
                raise StreamRefusedError(Close.PAGE_LEFT, "The page was left.")
            await self._websocket.send_json({"received": self._line.received})


def _set(event: asyncio.Event, loop: asyncio.AbstractEventLoop) -> None:
    """Set an event from another thread, for as long as its loop runs."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(event.set)

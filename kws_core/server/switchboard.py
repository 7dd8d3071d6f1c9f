"""Who may send sound: a line for each session, a token for each connection, and limits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection

from kws_core.server.line import Line
from kws_core.server.origins import is_own_page
from kws_core.server.refusals import Close, StreamRefusedError
from kws_core.server.tokens import Tokens

MOST_STREAMS = 100  # of a server, at once


def _none() -> Collection[str]:
    return ()


class Switchboard:
    """All lines that are in use, for any threads.

    A session has one line, and a line one connection: the newest. most_streams: connections of the
    server at once. allowed_origins: of other pages that may connect.
    """

    def __init__(
        self,
        most_streams: int = MOST_STREAMS,
        allowed_origins: Callable[[], Collection[str]] = _none,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most_streams = most_streams
        self._allowed_origins = allowed_origins
        self._tokens: Tokens[Line] = Tokens(clock)
        self._lock = threading.Lock()
        self._connections: dict[tuple[Line, int], None] = {}

    @property
    def n_streams(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def token_for(self, line: Line) -> str:
        """Return what opens one connection to a line."""
        return self._tokens.issue(line)

    def line_of(self, token: str, origin: str | None, host: str | None) -> Line | None:
        """Return the line that a token opens for this origin and host, or None; it is used up."""
        line = self._tokens.redeem(token)
        if line is None or not is_own_page(origin, line.page, host, self._allowed_origins()):
            return None
        return line

    def connect(self, line: Line) -> int:
        """Open a connection and return its number.

        Raises StreamRefusedError if the server has as many as it takes.
        """
        with self._lock:
            # Its own connection before is over with this one: it doesn't count.
            others = {open_line for open_line, _ in self._connections if open_line is not line}
            if len(others) >= self.most_streams:
                raise StreamRefusedError(
                    Close.SERVER_FULL,
                    f"{len(others)} people are speaking, which is all that this server takes.",
                )
            connection = line.connect()
            self._connections[line, connection] = None
            return connection

    def disconnect(self, line: Line, connection: int, *, for_silence: bool = False) -> None:
        """Close a connection."""
        with self._lock:
            self._connections.pop((line, connection), None)
        line.disconnect(connection, for_silence=for_silence)

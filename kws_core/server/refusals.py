"""Why a stream of sound is refused or ended: the close codes of the WebSocket."""

from __future__ import annotations

from enum import IntEnum

from kws_core.errors import KwsError


class Close(IntEnum):
    """Close codes, from the range that WebSockets leave to applications."""

    FORMAT = 4400
    SILENCE = 4408
    REPLACED = 4409
    PAGE_LEFT = 4410
    TOO_LARGE = 4413
    TOO_MUCH = 4429
    SERVER_FULL = 4503


class StreamRefusedError(KwsError):
    """A stream that is not taken, or not any longer; code says why to the browser."""

    def __init__(self, code: Close, message: str) -> None:
        super().__init__(message)
        self.code = code

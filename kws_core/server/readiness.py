"""Whether the server can recognise words yet."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse

PATH = "/kws/ready"


@dataclass
class Readiness:
    """The usual model: its name once it is loaded, and why it is not, if that failed."""

    model: str | None = None
    failure: str | None = None

    async def answer(self, request: Request) -> JSONResponse:
        """Return the state as JSON, with status 200 once the model is loaded and 503 before."""
        ready = self.model is not None
        body = {"ready": ready, "model": self.model, "failure": self.failure}
        return JSONResponse(body, 200 if ready else 503)

"""The routes beside the app's pages."""

from __future__ import annotations

from collections.abc import Callable

from starlette.routing import BaseRoute, Route, WebSocketRoute

from kws_core.server import microphone, readiness
from kws_core.server.microphone import MicrophoneRoute, Patience
from kws_core.server.readiness import Readiness
from kws_core.server.switchboard import Switchboard


def routes(
    switchboard: Callable[[], Switchboard],
    ready: Readiness,
    *,
    base: str = "",
    with_metrics: bool = False,
    patience: Patience | None = None,
) -> list[BaseRoute]:
    """Return the routes for a server.

    switchboard: asked for at each request. base: path that the app is served below. with_metrics:
    also the figures for Prometheus, which needs the package prometheus-client.
    """
    under = f"/{base.strip('/')}".rstrip("/")
    found: list[BaseRoute] = [
        WebSocketRoute(under + microphone.PATH, MicrophoneRoute(switchboard, patience).serve),
        Route(under + readiness.PATH, ready.answer),
    ]
    if with_metrics:
        from kws_core.server.metrics import PATH, LiveCollector, Metrics

        found.append(Route(under + PATH, Metrics(LiveCollector(switchboard)).answer))
    return found

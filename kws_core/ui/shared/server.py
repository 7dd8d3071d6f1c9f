"""The server of the app: its routes beside the pages, and the model loaded at its start."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from typing import Any, Final

import streamlit as st
from starlette.routing import BaseRoute
from streamlit import config

from kws_core.errors import KwsError
from kws_core.server import Switchboard, routes
from kws_core.server.readiness import Readiness
from kws_core.ui.shared import resources
from kws_core.ui.shared.first_paint import page_routes

METRICS: Final = "KWS_METRICS"  # any value but an empty one, 0 and "no": serve the metrics

_log = logging.getLogger(__name__)
_ready = Readiness()


@st.cache_resource(show_spinner=False)
def switchboard() -> Switchboard:
    """Who may send sound, for the whole server."""
    return Switchboard(allowed_origins=_allowed_origins)


def app_routes() -> list[BaseRoute]:
    """Return the routes of the pages' first HTML and those beside them, as the settings say."""
    with_metrics = os.environ.get(METRICS, "").strip().lower() not in ("", "0", "no")
    base = str(config.get_option("server.baseUrlPath") or "")
    beside = routes(switchboard, _ready, base=base, with_metrics=with_metrics)
    return [*page_routes(base), *beside]


@asynccontextmanager
async def lifespan(app: Any) -> AsyncGenerator[None, None]:
    """Load the usual model while the server starts: the first visitor does not wait for it."""
    loading = asyncio.create_task(asyncio.to_thread(_load))
    yield
    loading.cancel()


def _load() -> None:
    try:
        resources.recogniser()
        _ready.model = resources.cascade().card.name
    except KwsError as error:
        _ready.failure = str(error)
        _log.error("The model can't be loaded: %s", error)


def _allowed_origins() -> Collection[str]:
    return [str(origin) for origin in config.get_option("server.corsAllowedOrigins")]

"""The microphone over a WebSocket in a real browser: heard, interrupted, and refused."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kws_core.audio.read import read_audio
from kws_core.audio.waveform import SAMPLE_RATE, to_wav
from kws_core.live.programmes import in_a_row
from kws_core.samples import get_sample
from kws_core.ui.live import texts
from tests.helpers.browser import AppServer, OpenPage

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

WORD = "marvin"


@pytest.fixture
def far_server(app_server: AppServer) -> AppServer:
    """Return the server by a name that is not "localhost", as if it were another computer."""
    return replace(app_server, url=app_server.url.replace("127.0.0.1", "live.localhost"))


def microphone(page: Page) -> Locator:
    return page.locator("div.microphone")


def test_words_are_heard_over_the_pages_own_port_also_after_an_interruption(
    open_page: Callable[..., OpenPage], far_server: AppServer, tmp_path: Path
) -> None:
    wav = tmp_path / "word.wav"
    word = in_a_row([read_audio(get_sample(WORD).path).samples], 0.6)
    wav.write_bytes(to_wav(np.asarray(word, np.float32), SAMPLE_RATE))
    opened = open_page("/Live", server=far_server, fake_microphone=wav)
    page = opened.page
    page.emulate_media(reduced_motion="reduce")
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    page.evaluate("addEventListener('kws-word', ({ detail }) => (window.atOnce = detail.label))")
    microphone(page).get_by_role("button", name="Start").click()
    microphone(page).get_by_text(texts.WEBSOCKET["live"]).wait_for()
    page.locator(".word .label", has_text=WORD).wait_for()
    page.wait_for_function("word => window.atOnce === word", arg=WORD)
    assert sockets == [far_server.url.replace("http", "ws") + "/kws/microphone"]

    os.kill(far_server.pid, signal.SIGSTOP)  # as if the network were gone
    try:
        microphone(page).get_by_text(texts.WEBSOCKET["reconnecting"]).wait_for()
        microphone(page).get_by_text(re.compile(r"[2-9] s of sound could not be sent")).wait_for()
    finally:
        os.kill(far_server.pid, signal.SIGCONT)
    microphone(page).get_by_text(texts.WEBSOCKET["live"]).wait_for()
    page.get_by_text("of sound missing").first.wait_for()
    assert len(sockets) > 1
    microphone(page).get_by_role("button", name="Stop").click()
    microphone(page).get_by_role("button", name="Start").wait_for()
    opened.check_quiet()


def test_a_refused_microphone_is_explained_before_and_after_the_click(
    open_page: Callable[..., OpenPage], far_server: AppServer
) -> None:
    page = open_page("/Live", server=far_server, permission="denied").page
    page.get_by_text("The microphone is blocked for this page").wait_for()
    microphone(page).get_by_role("button", name="Start").click()
    page.get_by_text("The microphone is blocked for this page").wait_for()
    assert microphone(page).get_by_role("button", name="Start").is_visible()
    assert page.get_by_role("button", name="Pause").is_disabled()


def test_a_browser_that_holds_sound_back_is_explained_and_an_old_start_stays_stopped(
    open_page: Callable[..., OpenPage], far_server: AppServer
) -> None:
    opened = open_page("/Live", server=far_server)
    page = opened.page
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    # As Firefox does without a sound output, and others before the first click.
    page.evaluate("""() => {
        window.held = [];
        const Context = window.AudioContext;
        window.AudioContext = class extends Context {
            constructor() { super(); super.suspend(); }
            resume() {
                return new Promise((go) => {
                    held.push(() => super.resume().catch(() => {}).then(go));
                });
            }
        };
    }""")
    microphone(page).get_by_role("button", name="Start").click()
    microphone(page).get_by_text(texts.WEBSOCKET["suspended"]).wait_for()
    microphone(page).get_by_role("button", name="Stop").click()
    microphone(page).get_by_role("button", name="Start").click()
    page.wait_for_function("() => held.length === 2")
    page.evaluate("held[0]()")
    microphone(page).get_by_text(texts.WEBSOCKET["suspended"]).wait_for()
    assert not sockets
    page.evaluate("held[1]()")
    microphone(page).get_by_text(texts.WEBSOCKET["live"]).wait_for()
    assert len(sockets) == 1
    opened.check_quiet()

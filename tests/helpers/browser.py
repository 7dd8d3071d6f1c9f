"""The running app and a real Chromium, for the tests marked ``browser``.

Run as a script it prints the Chromium that the tests would use, and fails where there is none.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from tests.helpers.waiting import free_port

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        BrowserContext,
        ConsoleMessage,
        Page,
        Playwright,
        Request,
    )

Permission = Literal["granted", "denied", "no-device"]
ColourScheme = Literal["light", "dark"]
# In which a page is looked at: the theme, and the width of the window in pixels.
LOOKS: tuple[tuple[ColourScheme, int], ...] = (("light", 1280), ("dark", 390))

START_TIMEOUT_S = 60
# The longest wait for anything: the first page of a server imports torch, and machines may be busy.
WAIT_MS = 120_000

_COMMANDS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Streamlit's frontend looks for the server below a page's own address first: two harmless 404s.
_DEEP_LINK_PROBE = re.compile(r"/[^/]+/_stcore/(health|host-config)$")
# Between two pages it drops the tab's icon for an instant, in which a busy browser may ask for it.
_TAB_ICON = re.compile(r"^/media/[0-9a-f]{32}\.png$")
# What a browser says on a computer without any microphone.
_NO_DEVICE_SCRIPT = """
if (navigator.mediaDevices) {
  const error = new DOMException("Requested device not found", "NotFoundError");
  const refuse = () => Promise.reject(error);
  navigator.mediaDevices.getUserMedia = refuse;
  navigator.mediaDevices.enumerateDevices = () => Promise.resolve([]);
}
"""


@functools.cache
def find_chromium() -> str | None:
    """Return the path of a Chromium: ``CHROMIUM``, an installed one, or Playwright's own."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    if found := next(filter(None, map(shutil.which, _COMMANDS)), None):
        return found
    if importlib.util.find_spec("playwright") is None:
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).is_file() else None


def reason_to_skip() -> str | None:
    """Say why browser tests cannot run here, or return None when they can."""
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is not installed (requirements-dev.txt has it)"
    if find_chromium() is None:
        return "no Chromium found; install it or set CHROMIUM=/path/to/chromium"
    return None


@dataclass(frozen=True)
class AppServer:
    """A running Streamlit server, the file that its output goes to, and its process."""

    url: str
    log: Path
    pid: int

    def log_text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


@contextlib.contextmanager
def run_server(script: Path, log: Path) -> Iterator[AppServer]:
    """Serve a Streamlit script on a free port until the block ends.

    Raises RuntimeError, with the end of the server's log, when it does not come up.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}"]
    command += ["--browser.gatherUsageStats=false"]  # a script elsewhere has no config of ours
    with log.open("wb") as sink:
        process = subprocess.Popen(
            command, cwd=script.parent, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink
        )
    server = AppServer(f"http://127.0.0.1:{port}", log, process.pid)
    try:
        _wait_until_healthy(server, process)
        yield server
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()  # does nothing to a process that has ended
        process.wait(timeout=10)


def _wait_until_healthy(server: AppServer, process: subprocess.Popen[bytes]) -> None:
    # Without proxies: the server is on this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            opener.open(f"{server.url}/_stcore/health", timeout=5) as response,
        ):
            if response.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The app did not start. Its log ends with:\n{server.log_text()[-3000:]}")


@dataclass
class OpenPage:
    """A page of the app in a browser, and what went wrong in it so far."""

    page: Page
    server_url: str
    console_errors: list[str] = field(default_factory=list)
    page_errors: list[str] = field(default_factory=list)
    foreign_requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        host = urlsplit(self.server_url).netloc

        def on_console(message: ConsoleMessage) -> None:
            address = urlsplit(message.location.get("url", "")).path
            harmless = _DEEP_LINK_PROBE.search(address) or _TAB_ICON.match(address)
            if message.type == "error" and not harmless:
                self.console_errors.append(f"{message.text} ({address})")

        def on_request(request: Request) -> None:
            target = urlsplit(request.url)
            if target.scheme in ("http", "https", "ws", "wss") and target.netloc != host:
                self.foreign_requests.append(request.url)

        self.page.on("console", on_console)
        self.page.on("pageerror", lambda error: self.page_errors.append(str(error)))
        self.page.on("request", on_request)

    def go_to(self, path: str) -> None:
        """Load a page of the app by its address, and wait until it has been drawn."""
        self.page.goto(self.server_url + path)
        self.wait_until_idle()

    def check_quiet(self) -> None:
        """Fail if anything went wrong so far, or another server was asked for something."""
        assert self.console_errors == []
        assert self.page_errors == []
        assert self.foreign_requests == []

    def wait_until_idle(self) -> None:
        """Wait until the script of the page has run; raises Playwright's TimeoutError."""
        self.page.wait_for_selector(
            '[data-testid="stApp"][data-test-connection-state="CONNECTED"]'
            '[data-test-script-state="notRunning"]'
        )

    def show_as(self, colour_scheme: ColourScheme, width: int) -> None:
        """Change the theme and the width of the page that is open, and wait until it follows."""
        height = self.page.viewport_size["height"] if self.page.viewport_size else 900
        self.page.emulate_media(color_scheme=colour_scheme)
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function(
            """scheme => {
              const ground = getComputedStyle(document.querySelector('[data-testid="stApp"]'));
              const [red, green, blue] = ground.backgroundColor.match(/\\d+/g).map(Number);
              return (red + green + blue > 380) === (scheme === "light");
            }""",
            arg=colour_scheme,
        )
        self.wait_until_idle()
        # What is half faded has another contrast. Transitions of what is hidden stay in the list.
        self.page.wait_for_function(
            """() => !document.getAnimations().some(
              animation => animation instanceof CSSTransition && animation.playState === "running"
            )"""
        )


def launch(playwright: Playwright, *extra: str) -> Browser:
    """Start a Chromium that plays by itself, has a microphone, and asks nobody on the network."""
    arguments = [
        "--use-fake-device-for-media-stream",
        "--autoplay-policy=no-user-gesture-required",
        "--disable-gpu",
        "--no-first-run",
        "--no-proxy-server",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        *extra,
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
    return playwright.chromium.launch(executable_path=find_chromium(), args=arguments)


class PageOpener:
    """Opens pages of the app in one browser, and uses those that tests are done with again.

    A page that has shown the app before shows it again several times faster than a new one.
    """

    def __init__(self, playwright: Playwright, server: AppServer, folder: Path) -> None:
        """Keep the microphone's recording in a folder."""
        self._server = server
        # Chromium reads the file when a microphone starts, and plays silence while there is none.
        self._recording = folder / "microphone.wav"
        sound = f"--use-file-for-fake-audio-capture={self._recording}"
        self._browser = launch(playwright, sound)  # ends with Playwright itself
        self._contexts: dict[tuple[Permission, bool], BrowserContext] = {}
        self._in_use: list[tuple[AppServer, Page]] = []
        self._done: list[Page] = []

    def open(
        self,
        path: str = "/",
        *,
        fake_microphone: Path | None = None,
        permission: Permission = "granted",
        width: int = 1280,
        colour_scheme: ColourScheme = "light",
        touch: bool = False,
        server: AppServer | None = None,
    ) -> OpenPage:
        """Open a page of the app and wait until it has been drawn.

        fake_microphone is a mono 16-bit WAV which the browser plays in a loop as its microphone;
        give it at least 0.5 s of silence at both ends. Without it, a granted microphone is silent.
        server is another one than the tests' own.
        """
        if fake_microphone is not None:
            shutil.copy(fake_microphone, self._recording)
        context = self._context(permission, touch)
        page = next((page for page in self._done if page.context is context), None)
        if page is None:
            page = context.new_page()
        else:
            self._done.remove(page)
        server = server or self._server
        self._in_use.append((server, page))
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=colour_scheme, reduced_motion="no-preference")
        opened = OpenPage(page, server.url)
        opened.go_to(path)
        return opened

    def _context(self, permission: Permission, touch: bool) -> BrowserContext:
        if (permission, touch) not in self._contexts:
            context = self._browser.new_context(
                has_touch=touch,
                is_mobile=touch,
                permissions=["microphone"] if permission == "granted" else [],
            )
            context.set_default_timeout(WAIT_MS)
            if permission == "no-device":
                context.add_init_script(_NO_DEVICE_SCRIPT)
            self._contexts[permission, touch] = context
        return self._contexts[permission, touch]

    def close_pages(self) -> None:
        """Leave the app on all pages, and forget what they kept in the browser."""
        for server, page in self._in_use:
            if page.is_closed():
                continue
            page.unroute_all()
            page.goto(f"{server.url}/_stcore/health")
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            self._done.append(page)
        self._in_use.clear()
        self._recording.unlink(missing_ok=True)


def no_sideways_scroll(page: Page) -> bool:
    """Tell whether the whole width of the app fits into the window."""
    widths = """() => {
      const main = document.querySelector('[data-testid="stMain"]') ?? document.body;
      return document.documentElement.scrollWidth <= window.innerWidth
        && main.scrollWidth <= main.clientWidth;
    }"""
    return bool(page.evaluate(widths))


def swipe(page: Page, x: int, start: int, stop: int) -> None:
    """Draw one finger at `x` from `start` to `stop` (pixels), and rest before it is lifted.

    Without the rest the page goes on by itself, and what is tapped next is no longer there.
    """
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    send("touchStart", {"x": x, "y": start})
    for y in range(start, stop, 10 if stop > start else -10):
        send("touchMove", {"x": x, "y": y})
        page.wait_for_timeout(10)
    page.wait_for_timeout(200)
    send("touchEnd")
    touch.detach()


if __name__ == "__main__":
    print(find_chromium() or sys.exit(1))

"""Waiting for what another thread or process does, with patience for a busy machine."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable

PATIENCE_S = 60.0


class Clock:
    """A clock that goes on only where a test moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def wait_until(happened: Callable[[], object], every: float = 0.01) -> None:
    """Look again and again whether something has happened; fail if it does not."""
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(every)


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_server(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process that was started takes connections on a port."""

    def is_open() -> bool:
        assert process.poll() is None, "The server has ended."
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", port)) == 0

    wait_until(is_open, 0.05)
